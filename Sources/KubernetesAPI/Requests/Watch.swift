internal import HTTPTransport
internal import RESTClient
internal import StructuredValues
internal import Text
package import Timing

extension KubernetesClient {
  /// Waits for a change of one object: an alarm clock, which proves nothing.
  ///
  /// It watches (`GET …?watch=1&fieldSelector=metadata.name=…`) and returns at the first event that is news, at the
  /// object's deletion, and when the watch ends for whatever reason. Nothing that goes wrong is an error: the caller looks
  /// by an ordinary read, and sleeps where there was no watch. A refused token is left to that read, too.
  ///
  /// - Parameters:
  ///   - kind: what the object is.
  ///   - name: its name.
  ///   - namespace: where it lies.
  ///   - resourceVersion: the version that the caller has seen; nil means that its present state is told first.
  ///   - limit: how long to wait at most; less where the step has less time, and never more than ten minutes.
  ///   - isNews: whether a state of the object is to be looked at.
  /// - Returns: how it ended.
  /// - Throws: an interruption.
  package func wait(
    for kind: ResourceKind, _ name: String, in namespace: String?, since resourceVersion: String?,
    upTo limit: Duration, until isNews: (KubernetesObject) -> Bool
  ) throws(Interruption) -> WakeUp {
    if let interruption = time.interruption { throw interruption }
    let limit = min(limit, deadline.remaining(on: time), Self.longestWatch)
    guard limit > .zero else { return .ended(after: .zero) }
    let began = time.now
    // The server ends it in order a moment before we would break it off.
    let seconds = max(1, limit.components.seconds)
    let path =
      "\(kind.path(in: namespace))?watch=1&fieldSelector=metadata.name%3D\(PercentEncoding.encode(name))"
      + (resourceVersion.map { "&resourceVersion=\(PercentEncoding.encode($0))" } ?? "")
      + "&allowWatchBookmarks=true&timeoutSeconds=\(seconds)"
    var wakeUp: WakeUp?
    let end: LineStreamEnd
    do throws(TransportError) {
      end = try transport.receiveLines(
        of: rest.request(.get, path, timeLimit: limit), longestLine: Self.longestLine, silence: limit
      ) { line in
        wakeUp = self.wakeUp(by: Array(line), name, resourceVersion, isNews)
        return wakeUp == nil ? .goOn : .stop
      }
    } catch {
      if case .interrupted(let interruption) = error.kind { throw interruption }
      log(.noAnswer("GET", path, error.message, time.now - began))
      return .unavailable(scrubbed(error.message))
    }
    if let interruption = time.interruption { throw interruption }
    let took = time.now - began
    switch end {
    case .refused(let response):
      log(.exchange("GET", path, response.status, took))
      return .unavailable("the watch \(scrubbed(StatusProblem(rest.withoutSecrets(response)).clause))")
    case .broken(let error):
      log(.noAnswer("GET", path, error.message, took))
      return wakeUp ?? .unavailable(scrubbed(error.message))
    case .closed, .stopped, .timedOut:
      log(.exchange("GET", path, 200, took))
      return wakeUp ?? .ended(after: took)
    }
  }

  /// The longest watch: nobody knows whether one that is silent is still a connection.
  private static var longestWatch: Duration { .seconds(600) }
  /// The most bytes of an event: above what etcd takes of an object (1.5 MiB), escaped.
  private static var longestLine: Int { 8 << 20 }

  /// What an event amounts to; nil if it is to be passed over.
  private func wakeUp(
    by line: [UInt8], _ name: String, _ seen: String?, _ isNews: (KubernetesObject) -> Bool
  ) -> WakeUp? {
    // An empty line is none of the API's, and does no harm.
    if line.isEmpty { return nil }
    guard let event = StructuredValue(parsing: line), let type = event["type"]?.string else {
      return .unavailable("the watch sent a line that is no event")
    }
    switch type {
    case "BOOKMARK": return nil
    case "ERROR":
      let words = event["object"]?["message"]?.string ?? event["object"]?["reason"]?.string
      return .unavailable(
        "the watch ended with an error" + (words.map { ": \(printable(scrubbed($0)))" } ?? ""))
    case "ADDED", "MODIFIED", "DELETED":
      guard let object = event["object"].flatMap({ KubernetesObject($0) }) else {
        return .unavailable("the watch sent an event without its object")
      }
      // A server that does not know the selector tells of others as well.
      guard object.name == name else { return nil }
      if type == "DELETED" { return .news }
      if let seen, object.resourceVersion == seen { return nil }
      return isNews(object) ? .news : nil
    // One that is not known yet: whatever it says, a look does no harm.
    default: return .news
    }
  }
}

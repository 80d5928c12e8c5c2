internal import AppProtection
package import Files
package import HTTPTransport
internal import RESTClient
internal import Text
package import Timing

/// Who asks, as it is now: reads the token's file again, runs the plug-in again, and knows every secret so far.
///
/// Not `Sendable`: one step asks.
package final class ClusterLogin {
  /// Where and as whom.
  package let access: ClusterAccess
  /// The certificate for the connection; after `obtain()` it may be the plug-in's.
  ///
  /// One that the plug-in makes later is of use to a new connection only, which `CertifiedTransport` makes.
  package private(set) var clientCertificate: ClientCertificate?
  /// How many certificates the plug-in has made.
  private(set) var certificateCount = 0
  /// What must not appear in any text, those that were replaced meanwhile too.
  package private(set) var secrets: [Secret]

  private let files: any FileWriter
  private let plugin: any CredentialPlugin
  private let time: any TimeSource
  private let deadline: Deadline
  private let hide: (Secret) -> Void

  private var authorization: Authorization?
  /// The token of a file or a plug-in.
  private var token: Secret?
  /// When the token's file was last read.
  private var lastLook: Instant?
  /// When the plug-in's credentials end, if it said so.
  private var expiration: Timestamp?
  /// When a refused token or certificate was last replaced by another of the plug-in.
  private var replacement: Instant?
  /// Why the plug-in has made no other certificate after a refusal, until somebody is told.
  private var renewalFailure: KubeconfigError?

  /// Prepares a login; nothing is read or run yet.
  ///
  /// - Parameters:
  ///   - access: where and as whom.
  ///   - files: where a token's file is read.
  ///   - plugin: what runs plug-ins.
  ///   - time: the clock.
  ///   - deadline: when everything has to be over.
  ///   - hide: hears of each secret before it is used, those of `access` too.
  package init(
    _ access: ClusterAccess, files: any FileWriter, plugin: any CredentialPlugin, time: any TimeSource,
    deadline: Deadline, hide: @escaping (Secret) -> Void = { _ in }
  ) {
    self.access = access
    self.files = files
    self.plugin = plugin
    self.time = time
    self.deadline = deadline
    self.hide = hide
    clientCertificate = access.clientCertificate
    secrets = access.secrets
    for secret in secrets { hide(secret) }
  }

  /// Gets the credentials for the first time: reads the token's file, or runs the plug-in.
  ///
  /// Before the connection is made, which may need the plug-in's certificate.
  package func obtain() throws(KubeconfigError) {
    switch access.credentials {
    case .nothing: break
    case .token(let token): authorization = .bearer(token)
    case .basic(let user, let password): authorization = .basic(user: user, password: password)
    case .tokenFile(let path):
      lastLook = time.now
      use(try readToken(path))
    case .plugin(let call): _ = try run(call)
    }
  }

  /// The credentials for a client of the API; they renew themselves.
  var credentials: Credentials {
    Credentials(
      authorization: authorization, fields: access.impersonation, rotation: { [self] in lookAfterRefusal() },
      renewal: { [self] () throws(BackendError) in try renewed() })
  }

  /// The text without any secret so far.
  func scrubbed(_ text: String) -> String { secrets.reduce(text) { $1.scrubbed(from: $0) } }

  // MARK: - Renewal

  /// How long the token of a file is believed without a look: a minute, as Kubernetes' own clients do.
  private static var longestBelief: Duration { .seconds(60) }
  /// How long before its end a token is replaced, for a clock that is a little slow.
  private static var margin: Duration { .seconds(10) }

  /// What lets requests in from now on, if what did so has ended; nil while it has not.
  private func renewed() throws(BackendError) -> Authorization? {
    switch access.credentials {
    case .tokenFile(let path):
      if let lastLook, time.now - lastLook < Self.longestBelief { return nil }
      lastLook = time.now
      // A file that cannot be read just now does not take away the token that there is.
      guard let token = try? readToken(path), !isCurrent(token) else { return nil }
      use(token)
      return authorization
    case .plugin(let call):
      guard let expiration, time.wallTime + Self.margin >= expiration else { return nil }
      do throws(KubeconfigError) {
        return try run(call) ? authorization : nil
      } catch {
        // What there is does for a few seconds more.
        guard error.kind != .credentials || time.wallTime >= expiration else { return nil }
        throw BackendError(error)
      }
    case .nothing, .token, .basic: return nil
    }
  }

  /// Looks for another token after one was refused.
  private func lookAfterRefusal() -> TokenLook {
    switch access.credentials {
    case .nothing, .token, .basic: return .final(nil)
    case .tokenFile(let path):
      guard let token = try? readToken(path) else { return .unreadable }
      lastLook = time.now
      if isCurrent(token) { return .same }
      use(token)
      return .changed(token)
    case .plugin(let call):
      // The plug-in was run for this refusal already.
      if let failure = renewalFailure {
        renewalFailure = nil
        return .final(BackendError(failure))
      }
      guard !wasJustReplaced else { return .final(nil) }
      do throws(KubeconfigError) {
        guard try run(call), let token else { return .final(nil) }
        replacement = time.now
        return .changed(token)
      } catch {
        return .final(BackendError(error))
      }
    }
  }

  /// Some plug-ins make another token each time; one that has just been made is not refused for its age.
  private var wasJustReplaced: Bool {
    replacement.map { time.now - $0 < .seconds(60) } ?? false
  }

  /// Runs the plug-in again after a refusal, where a certificate alone lets in; whether it has made another.
  ///
  /// If the plug-in fails, `lookAfterRefusal()` says why: the client asks it next.
  func renewCertificate() -> Bool {
    // The client itself replaces a token, and asks again with it.
    guard case .plugin(let call) = access.credentials, token == nil, !wasJustReplaced else { return false }
    let count = certificateCount
    do throws(KubeconfigError) {
      _ = try run(call)
    } catch {
      renewalFailure = error
      return false
    }
    guard certificateCount > count else { return false }
    replacement = time.now
    return true
  }

  /// How much time the step has left.
  var timeLeft: Duration { deadline.remaining(on: time) }

  private func isCurrent(_ other: Secret) -> Bool { token.map { $0.isSame(as: other) } ?? false }

  private func use(_ token: Secret) {
    keep(token)
    self.token = token
    authorization = .bearer(token)
  }

  private func keep(_ secret: Secret) {
    guard !secrets.contains(where: { $0.isSame(as: secret) }) else { return }
    secrets.append(secret)
    hide(secret)
  }

  private func readToken(_ path: String) throws(KubeconfigError) -> Secret {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try files.read(path, limit: 1 << 20)
    } catch {
      throw KubeconfigError(
        .credentials, "\(access.name): the token cannot be had: \(error.message)",
        hint: "it should hold the token of the cluster's user")
    }
    guard let token = TokenText.token(in: bytes) else {
      throw KubeconfigError(
        .credentials, "\(access.name): the token file \(printable(path)) holds no token",
        hint: "it should hold the token alone: one word of ASCII characters")
    }
    return Secret(token)
  }

  /// Runs the plug-in; whether its token is another than before.
  private func run(_ call: PluginCall) throws(KubeconfigError) -> Bool {
    let left = deadline.remaining(on: time)
    guard left > .zero else {
      throw KubeconfigError(.deadline, "the time was up before the credential plug-in of \(call.title)")
    }
    let output: [UInt8]
    do throws(KubeconfigError) {
      output = try plugin.run(call, timeLimit: min(Self.longestRun, left))
    } catch {
      guard error.kind == .credentials, deadline.hasPassed(on: time) else { throw error }
      throw KubeconfigError(.deadline, error.message, hint: error.hint)
    }
    let answer = try PluginAnswer(output, of: call)
    expiration = answer.expiration
    if let certificate = answer.certificate {
      clientCertificate = certificate
      certificateCount += 1
    }
    guard let made = answer.token.map({ Secret($0) }), !isCurrent(made) else { return false }
    use(made)
    return true
  }

  /// How long a plug-in may take: 60 s; some ask a server of their own.
  private static var longestRun: Duration { .seconds(60) }
}

/// Tokens as files and plug-ins have them.
enum TokenText {
  /// The token that a file holds, without what is around it; nil if it holds none.
  static func token(in bytes: [UInt8]) -> String? {
    let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
    let start = bytes.drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return nil }
    return token(String(decoding: start[...last], as: UTF8.self))
  }

  /// The text, if it can be sent as a token: ASCII without blanks.
  static func token(_ text: String) -> String? {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
  }
}

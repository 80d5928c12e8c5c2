internal import AppProtection
internal import KubernetesAPI
internal import StructuredValues
internal import Timing

/// The namespace that everything is made in.
struct ConformanceNamespace {
  /// Its name.
  let name: String
  /// What nobody else writes into it: by this it is known again.
  private let token: String

  private static let mark = "astra-steps/conformance"

  /// Names a namespace that is to be made.
  init(_ name: String) {
    self.name = name
    var random = SystemRandomNumberGenerator()
    token = String(random.next() as UInt64, radix: 16)
  }

  /// The object that lies there by that name; nil if there is none.
  func look(_ client: KubernetesClient) throws(BackendError) -> KubernetesObject? {
    try client.get(.namespace, name, in: nil, to: "look at namespace \"\(name)\"")
  }

  /// Makes it.
  func make(_ client: KubernetesClient) throws(BackendError) {
    let metadata = StructuredValue.members([
      "name": .string(name), "annotations": .members([Self.mark: .string(token)]),
    ])
    _ = try client.create(
      .namespace, .members(["metadata": metadata]), in: nil, to: "make namespace \"\(name)\"")
  }

  /// Removes it if this run has made it, and waits until it is gone; one that is somebody else's stays.
  ///
  /// - Returns: whether there was anything to remove.
  /// - Throws: `.deadline` if it is still there when the client's time is up.
  func remove(_ client: KubernetesClient, _ time: any TimeSource) throws(BackendError) -> Bool {
    var uid: String?
    while let object = try look(client), object.annotations[Self.mark] == token,
      uid == nil || uid == object.uid
    {
      uid = object.uid
      if object.deletionTimestamp == nil {
        do throws(BackendError) {
          try client.delete(.namespace, name, in: nil, uid: object.uid, to: "remove namespace \"\(name)\"")
        } catch {
          // It may have been done: the next look tells.
          guard error.kind == .fateUnknown else { throw error }
        }
      }
      do throws(Interruption) {
        let end = try client.wait(
          for: .namespace, name, in: nil, since: nil, upTo: .seconds(10), until: { _ in false })
        if end != .news { try time.sleep(for: .milliseconds(500)) }
      } catch {
        throw BackendError(.interrupted(error), "interrupted while namespace \"\(name)\" was removed")
      }
    }
    return uid != nil
  }
}

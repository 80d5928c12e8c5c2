internal import HTTPTransport
internal import StructuredValues
internal import Timing

/// What a credential plug-in answers: an `ExecCredential` (client.authentication.k8s.io/v1 or v1beta1) in JSON.
struct PluginAnswer {
  private(set) var token: String?
  private(set) var certificate: ClientCertificate?
  /// When both end; nil if they do not, or nobody knows.
  private(set) var expiration: Timestamp?

  /// Reads an answer; throws `.credentials`, without a word of it.
  init(_ bytes: [UInt8], of call: PluginCall) throws(KubeconfigError) {
    guard let answer = StructuredValue(parsing: bytes) else {
      throw Self.wrong(call, bytes.isEmpty ? "wrote nothing" : "wrote something that is not JSON")
    }
    guard answer["kind"]?.string == "ExecCredential" else {
      throw Self.wrong(call, "wrote JSON that is no ExecCredential")
    }
    guard answer["apiVersion"]?.string == call.apiVersion else {
      throw Self.wrong(call, "answered in another version than \(call.apiVersion)")
    }
    guard let status = answer["status"], case .object = status else {
      throw Self.wrong(call, "answered without a status, so without credentials")
    }
    if let text = status["token"] {
      guard let token = text.string.flatMap({ TokenText.token($0) }) else {
        throw Self.wrong(call, "answered a token that cannot be sent")
      }
      self.token = token
    }
    if let text = status["expirationTimestamp"] {
      guard let expiration = text.string.flatMap({ Timestamp($0) }) else {
        throw Self.wrong(call, "answered an expirationTimestamp that is no time")
      }
      self.expiration = expiration
    }
    let pair = (status["clientCertificateData"]?.string, status["clientKeyData"]?.string)
    switch pair {
    case (nil, nil): break
    case (let certificate?, let key?):
      do throws(TransportError) {
        self.certificate = try ClientCertificate(
          certificate: Array(certificate.utf8), key: PrivateKey(pem: Array(key.utf8)))
      } catch {
        throw Self.wrong(call, "answered a client certificate that is of no use: \(error.message)")
      }
    default: throw Self.wrong(call, "answered a client certificate without its key, or a key without it")
    }
    guard token != nil || certificate != nil else {
      throw Self.wrong(call, "answered neither a token nor a client certificate")
    }
  }

  private static func wrong(_ call: PluginCall, _ what: String) -> KubeconfigError { call.failed(what) }
}

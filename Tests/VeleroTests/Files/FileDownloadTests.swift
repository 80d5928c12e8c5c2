import AppProtection
import HTTPTransport
import RESTClient
import Testing
import Timing

/// A file is fetched by an address that lets in whoever has it, so nothing else goes there, and none of it is told.
struct FileDownloadTests {
  /// A host that gives one answer, and keeps what it was asked.
  private final class Host: Transport {
    let answer: Result<HTTPResponse, TransportError>
    var requests: [HTTPRequest] = []

    init(_ answer: Result<HTTPResponse, TransportError>) { self.answer = answer }

    func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
      requests.append(request)
      return try answer.get()
    }
  }

  private final class Scene {
    let host: Host
    var endpoints: [Endpoint] = []
    var authorities: [CertificateData?] = []
    var log = ""

    init(_ answer: Result<HTTPResponse, TransportError>) { host = Host(answer) }

    func fetch(_ address: String, trusting authorities: [String] = []) throws(BackendError) -> [UInt8] {
      let time = ManualTime(wallTime: Timestamp(sinceEpoch: .seconds(1_795_000_000)))
      return try FileDownload(time: time, log: { self.log += "\($0)\n" }) { endpoint, authority in
        self.endpoints.append(endpoint)
        self.authorities.append(authority)
        return self.host
      }.fetch(address, trusting: authorities, within: .seconds(60))
    }
  }

  private static let address =
    "http://minio.velero.svc:9000/archives/b1.gz?X-Amz-Credential=AKIA42&X-Amz-Signature=0123abcd"
  private static let file = Result<HTTPResponse, TransportError>.success(
    HTTPResponse(status: 200, body: [1, 2, 3]))

  @Test func theAddressIsAllThatIsSent() throws {
    let scene = Scene(Self.file)
    #expect(try scene.fetch(Self.address) == [1, 2, 3])
    let request = try #require(scene.host.requests.first)
    #expect(request.target == "/archives/b1.gz?X-Amz-Credential=AKIA42&X-Amz-Signature=0123abcd")
    #expect(request.wireFields(userAgent: "test").map(\.name) == ["User-Agent"])
    #expect(request.method == .get && request.body == nil)
    #expect(request.timeLimit == .seconds(10))
    #expect(scene.endpoints.map(\.description) == ["minio.velero.svc:9000"])
    #expect(scene.endpoints.first?.scheme == .http)
    #expect(scene.host.requests.count == 1)
  }

  @Test(arguments: [
    Result<HTTPResponse, TransportError>.success(HTTPResponse(status: 403)),
    .success(HTTPResponse(status: 302)), .success(HTTPResponse(status: 206)),
    .failure(TransportError(.cannotConnect, "connection refused", mayHaveBeenSent: false)),
    .failure(TransportError(.untrusted, "the certificate is not trusted", mayHaveBeenSent: false)),
    .failure(TransportError(.tooLarge, "the answer is too large", mayHaveBeenSent: true)),
  ])
  func noSignatureIsTold(_ answer: Result<HTTPResponse, TransportError>) throws {
    let scene = Scene(answer)
    let error = #expect(throws: BackendError.self) { try scene.fetch(Self.address) }
    let said = "\(error?.message ?? "") \(error?.hint ?? "") \(scene.log)"
    #expect(said.contains("minio.velero.svc:9000/archives/b1.gz"))
    #expect(!said.contains("0123abcd") && !said.contains("AKIA42"))
    // Nothing is tried a second time.
    #expect(scene.host.requests.count == 1)
    if case .success = answer {
      #expect(error?.kind == .refused(.notFound))
    } else {
      #expect(error?.kind == .unreachable)
    }
  }

  @Test func aSignalEndsTheStep() {
    let scene = Scene(
      .failure(TransportError(.interrupted(Interruption(signal: 15)), "interrupted", mayHaveBeenSent: true)))
    let error = #expect(throws: BackendError.self) { try scene.fetch(Self.address) }
    #expect(error?.kind == .interrupted(Interruption(signal: 15)))
  }

  @Test(arguments: [
    "", "file:///etc/passwd", "ftp://minio/x", "minio:9000/x", "http://", "https://ann:pass@minio/x",
    "https://minio/x#part",
  ])
  func anythingElseIsNoAddress(_ address: String) {
    let scene = Scene(Self.file)
    let error = #expect(throws: BackendError.self) { try scene.fetch(address) }
    #expect(error?.kind == .unreachable && error?.message.contains("pass@") == false)
    #expect(scene.host.requests.isEmpty)
  }

  @Test func authoritiesAreDecoded() throws {
    let scene = Scene(Self.file)
    _ = try scene.fetch("https://minio", trusting: [base64("ONE".utf8), "%", base64("TWO".utf8)])
    let pem = try #require(scene.authorities.first).map { String(decoding: $0.pem, as: UTF8.self) }
    #expect(pem == "ONE\n\nTWO\n")
    #expect(scene.host.requests.first?.target == "/")
    _ = try scene.fetch("https://minio")
    #expect(scene.authorities.count == 2 && scene.authorities.last == .some(nil))
  }
}

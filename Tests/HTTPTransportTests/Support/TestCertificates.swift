import Foundation

/// A certificate authority and the certificates it signed, made once per test process in a temporary folder.
struct TestCertificates: Sendable {
  /// The certificates of the leafs.
  enum Leaf: String, CaseIterable, Sendable {
    /// For 127.0.0.1, localhost and `astra.test`.
    case good
    /// For another host.
    case elsewhere
    /// For the right host, and no longer valid.
    case expired
    /// For the right host, signed by itself.
    case selfSigned
    /// For the right host, with an RSA key of 1024 bits.
    case shortKey
    /// For the right host, signed with SHA-1.
    case weakDigest
    /// For the right host, and for clients only.
    case forClients
    /// For the right host, signed by an intermediate authority that is not sent.
    case withoutIntermediate
  }

  let folder: String

  /// The one set that all tests share.
  static let shared = Result { try TestCertificates() }

  var authority: String { "\(folder)/ca.pem" }
  func certificate(_ leaf: Leaf) -> String { "\(folder)/\(leaf.rawValue).pem" }
  func key(_ leaf: Leaf) -> String { "\(folder)/\(leaf.rawValue).key" }

  private init() throws {
    let folder = NSTemporaryDirectory() + "astra-transport-tests-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    self.folder = folder
    atexit {
      guard case .success(let certificates) = TestCertificates.shared else { return }
      try? FileManager.default.removeItem(atPath: certificates.folder)
    }

    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    let names = "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:astra.test"
    try openssl("req -x509 \(curve) -keyout ca.key -out ca.pem -days 2", subject: "astra test authority")
    try openssl(
      "req -x509 \(curve) -keyout selfSigned.key -out selfSigned.pem -days 2 -addext \(names)",
      subject: "astra test server")
    for (leaf, alternatives, days) in [
      (Leaf.good, names, 2), (.elsewhere, "subjectAltName=DNS:elsewhere.test", 2), (.expired, names, -1),
    ] {
      let name = leaf.rawValue
      try Data(alternatives.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
      try openssl("req -new \(curve) -keyout \(name).key -out \(name).csr", subject: "astra test server")
      try openssl(
        "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) -extfile \(name).ext"
          + " -out \(name).pem", subject: nil)
    }
    try makeFaulty(curve, names)
  }

  /// Makes the certificates that are refused for what they are.
  private func makeFaulty(_ curve: String, _ names: String) throws {
    try Data("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign".utf8)
      .write(to: URL(fileURLWithPath: "\(folder)/intermediate.ext"))
    try openssl(
      "req -new \(curve) -keyout intermediate.key -out intermediate.csr", subject: "astra test between")
    try openssl(
      "x509 -req -in intermediate.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile intermediate.ext"
        + " -out intermediate.pem", subject: nil)
    for (leaf, key, digest, usage, signer) in [
      (Leaf.shortKey, "-newkey rsa:1024 -nodes", "sha256", "serverAuth", "ca"),
      (.weakDigest, curve, "sha1", "serverAuth", "ca"), (.forClients, curve, "sha256", "clientAuth", "ca"),
      (.withoutIntermediate, curve, "sha256", "serverAuth", "intermediate"),
    ] {
      let name = leaf.rawValue
      try Data("\(names)\nextendedKeyUsage=\(usage)".utf8)
        .write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
      try openssl("req -new \(key) -keyout \(name).key -out \(name).csr", subject: "astra test server")
      try openssl(
        "x509 -req -in \(name).csr -CA \(signer).pem -CAkey \(signer).key -CAcreateserial -days 2 -\(digest)"
          + " -extfile \(name).ext -out \(name).pem", subject: nil)
    }
  }

  /// Writes a file into the folder, and says where it is.
  func file(_ name: String, _ contents: String) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(contents.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func openssl(_ arguments: String, subject: String?) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.arguments =
      ["openssl"] + arguments.split(separator: " ").map(String.init)
      + (subject.map { ["-subj", "/CN=\($0)"] } ?? [])
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }
}

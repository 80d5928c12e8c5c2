internal import AstraSimulator
internal import Glibc

/// The folder in which the simulator tells how to reach it.
struct SimulatorFolder: Sendable {
  /// The folder's absolute path.
  let path: String

  /// Makes the folder if it is missing, and removes what would lead to a simulator of before.
  init(path: String) throws(Failure) {
    self.path = path.hasPrefix("/") ? path : "\(LocalFile.currentFolder())/\(path)"
    guard LocalFile.makeFolder(self.path) else { throw .cannotCreate("cannot make the folder \(path)") }
    guard unsafe access(self.path, W_OK) == 0 else {
      throw .cannotCreate("cannot write into the folder \(path)")
    }
    for name in ["env", "port", "kubeconfig"]
    where unsafe unlink("\(self.path)/\(name)") != 0 && errno != ENOENT {
      throw .cannotCreate("cannot remove \(path)/\(name)")
    }
  }

  /// Writes `ca.pem`, `port` and, last, `env`; each appears whole or not at all.
  func write(certificateAuthority: String, port: Int, scenario: Scenario) throws(Failure) {
    try write(certificateAuthority, to: "ca.pem")
    try write("\(port)\n", to: "port")
    var lines = [
      ("ASTRA_FQDN", "127.0.0.1:\(port)"), ("ASTRA_INSTANCE_ID", scenario.account),
      ("ASTRA_API_TOKEN", scenario.token), ("ASTRA_CA_FILE", "\(path)/ca.pem"),
    ]
    lines += scenario.environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    try writeEnvironment(lines)
  }

  /// Writes `ca.pem`, `port` with one line for each cluster, `kubeconfig` and, last, `env`.
  func write(
    certificateAuthority: String, ports: [Int], kubeconfig: String, environment: [String: String]
  ) throws(Failure) {
    try write(certificateAuthority, to: "ca.pem")
    try write(ports.map { "\($0)\n" }.joined(), to: "port")
    try write(kubeconfig, to: "kubeconfig")
    var lines = [("KUBECONFIG", "\(path)/kubeconfig")]
    lines += environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    try writeEnvironment(lines)
  }

  private func writeEnvironment(_ lines: [(name: String, value: String)]) throws(Failure) {
    try write(lines.map { "\($0.name)=\(Self.quoted($0.value))\n" }.joined(), to: "env")
  }

  private func write(_ text: String, to name: String) throws(Failure) {
    guard LocalFile.write(text, to: "\(path)/\(name)") else {
      throw .cannotCreate("cannot write \(path)/\(name)")
    }
  }

  /// A value as a shell reads it; plain where nothing needs quotes, so that dotenv readers take it too.
  private static func quoted(_ value: String) -> String {
    let plain = "-_./:@%+=,"
    let isPlain = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || plain.contains($0)) }
    if isPlain { return value }
    return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }
}

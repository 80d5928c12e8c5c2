package import Files
package import HTTPTransport
internal import StructuredValues
internal import Text

extension Kubeconfig {
  /// Where the cluster of a context is, and who asks it.
  ///
  /// Everything is checked here but what needs the network, a token's file or a plug-in.
  ///
  /// - Parameters:
  ///   - name: the context's name; nil means the current one.
  ///   - files: where the files that it names are read.
  ///   - proxies: the environment's, where the cluster names none itself.
  ///   - system: where this system's certificates lie, for a cluster that names no authority of its own.
  /// - Returns: the access.
  /// - Throws: what is wrong, with the context or the file.
  package func access(
    context name: String? = nil, files: any FileWriter, proxies: Proxies, system: SystemRoots = .usual()
  ) throws(KubeconfigError) -> ClusterAccess {
    let context = try context(name)
    let cluster = ClusterReader(try cluster(of: context), files)
    let user = UserReader(try user(of: context), files, cluster)
    let endpoint = try cluster.endpoint()
    let trust = try cluster.trust(system)
    return ClusterAccess(
      name: context.name, namespace: context.value["namespace"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      endpoint: endpoint, trust: trust, proxies: try cluster.proxies(to: endpoint) ?? proxies,
      clientCertificate: try user.certificate(), impersonation: try user.impersonation(),
      credentials: try user.credentials(),
      cautions: trust.verify
        ? []
        : [
          "the server's certificate is NOT verified (insecure-skip-tls-verify of \(cluster.title)): "
            + "anybody can pose as it"
        ])
  }
}

/// What clusters and users have in common: members that are texts, and files or base64 in their place.
struct MemberReader {
  let title: String
  let entry: Kubeconfig.Entry
  let files: any FileWriter

  /// A member that is a text; nil if it is missing or empty.
  func text(_ name: String) throws(KubeconfigError) -> String? {
    guard let value = entry.value[name] else { return nil }
    guard let text = value.string else {
      throw wrong("its \(name) is not a text", hint: "put it in quotation marks")
    }
    return text.isEmpty ? nil : text
  }

  /// A member that is true or false.
  func truth(_ name: String) throws(KubeconfigError) -> Bool {
    guard let value = entry.value[name] else { return false }
    guard let truth = value.bool else { throw wrong("its \(name) is neither true nor false") }
    return truth
  }

  /// The bytes of `NAME-data`, which is base64, else of the file whose path `NAME` is; nil if there is neither.
  ///
  /// Also where they come from, for messages.
  func bytes(_ name: String) throws(KubeconfigError) -> (bytes: [UInt8], source: String)? {
    if let data = try text("\(name)-data") {
      guard let bytes = base64Decoded(data) else {
        throw wrong(
          "its \(name)-data is not base64", hint: "give the PEM text in base64, or its file in \(name)")
      }
      return (bytes, "the \(name)-data of \(title)")
    }
    guard let path = try text(name).map(entry.resolved) else { return nil }
    do throws(FileError) {
      return (try files.read(path, limit: 1 << 20), "the \(name) of \(title), \(printable(path)),")
    } catch {
      throw wrong("its \(name) \(printable(path)) cannot be read: \(error.code.text)")
    }
  }

  /// An error about the entry.
  func wrong(_ what: String, hint: String? = nil) -> KubeconfigError {
    KubeconfigError(.parameter, "\(title): \(what)", hint: hint)
  }
}

/// Reads a cluster of a kubeconfig.
struct ClusterReader {
  private let members: MemberReader
  var title: String { members.title }

  init(_ entry: Kubeconfig.Entry, _ files: any FileWriter) {
    members = MemberReader(title: entry.title("cluster"), entry: entry, files: files)
  }

  func endpoint() throws(KubeconfigError) -> Endpoint {
    guard let server = try members.text("server") else {
      throw members.wrong("it names no server", hint: "give its URL, like https://kube.example.com:6443")
    }
    do throws(TransportError) {
      return try Endpoint(withPath: server)
    } catch {
      // What stands before an @ may be a password.
      let shown = server.contains("@") ? "" : " \"\(printable(server))\""
      throw members.wrong(
        "its server\(shown) \(error.message.prefix { $0 != ";" })",
        hint: "give its URL, like https://kube.example.com:6443")
    }
  }

  /// Whom to believe: the authority that it names and no other, else the system's.
  func trust(_ system: SystemRoots) throws(KubeconfigError) -> TLSTrust {
    var trust = TLSTrust(verify: try !members.truth("insecure-skip-tls-verify"), system: system)
    trust.serverName = try members.text("tls-server-name")
    guard let (pem, source) = try members.bytes("certificate-authority") else { return trust }
    guard trust.verify else {
      throw members.wrong(
        "it names a certificate authority and says insecure-skip-tls-verify: both cannot be meant",
        hint: "in that kubeconfig, take out insecure-skip-tls-verify")
    }
    trust.caData = CertificateData(pem: pem, title: source)
    trust.trustsSystem = false
    do throws(TransportError) {
      _ = try TrustedRoots(trust)
    } catch {
      throw KubeconfigError(.parameter, error.message, hint: error.hint)
    }
    return trust
  }

  /// The proxy that it names; nil if it names none.
  func proxies(to endpoint: Endpoint) throws(KubeconfigError) -> Proxies? {
    guard let url = try members.text("proxy-url") else { return nil }
    let proxies = Proxies(url, title: "the proxy-url of \(title)")
    do throws(TransportError) {
      try proxies.check(endpoint)
    } catch {
      throw KubeconfigError(.parameter, error.message, hint: error.hint)
    }
    return proxies
  }

  /// What a plug-in is told of the cluster (`spec.cluster` of an ExecCredential).
  func information() throws(KubeconfigError) -> StructuredValue {
    let value = members.entry.value
    let authority = try members.bytes("certificate-authority").map { base64($0.bytes) }
    var configuration: StructuredValue?
    if case .array(let extensions)? = value["extensions"] {
      configuration =
        extensions.first { $0["name"]?.string == "client.authentication.k8s.io/exec" }?["extension"]
    }
    return .members([
      "server": value["server"], "tls-server-name": value["tls-server-name"],
      "insecure-skip-tls-verify": value["insecure-skip-tls-verify"],
      "certificate-authority-data": authority.map { .string($0) }, "proxy-url": value["proxy-url"],
      "disable-compression": value["disable-compression"], "config": configuration,
    ])
  }
}

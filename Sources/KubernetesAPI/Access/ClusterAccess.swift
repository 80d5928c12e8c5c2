package import HTTPTransport

/// Where a cluster is and who asks: one context of a kubeconfig, or a pod's own service account.
package struct ClusterAccess: Sendable {
  /// What messages call it: the context's name, or `in-cluster`.
  package var name: String
  /// The namespace that it means where none is given.
  package var namespace: String?
  /// The server, perhaps behind a path.
  package var endpoint: Endpoint
  /// Whom to believe to be it.
  package var trust: TLSTrust
  /// The proxies on the way.
  package var proxies: Proxies
  /// The certificate of whoever asks; a plug-in may bring another, see `ClusterLogin`.
  package var clientCertificate: ClientCertificate?
  /// Whom to act for: `Impersonate-User`, `-Uid`, `-Group` and `-Extra-…`.
  package var impersonation: [HTTPField]
  /// What lets requests in.
  package var credentials: ClusterCredentials
  /// What the user is to be told aloud: that the server's certificate is not verified.
  package var cautions: [String]

  /// Names an access; a kubeconfig and a pod make their own.
  package init(
    name: String, namespace: String?, endpoint: Endpoint, trust: TLSTrust, proxies: Proxies,
    clientCertificate: ClientCertificate? = nil, impersonation: [HTTPField] = [],
    credentials: ClusterCredentials, cautions: [String] = []
  ) {
    self.name = name
    self.namespace = namespace
    self.endpoint = endpoint
    self.trust = trust
    self.proxies = proxies
    self.clientCertificate = clientCertificate
    self.impersonation = impersonation
    self.credentials = credentials
    self.cautions = cautions
  }

  /// What must not appear in any text: token, password, the proxy's login.
  ///
  /// The login knows those that come later.
  package var secrets: [Secret] {
    let own: [Secret] =
      switch credentials {
      case .token(let token): [token]
      case .basic(let user, let password): Authorization.basic(user: user, password: password).secrets
      case .nothing, .tokenFile, .plugin: []
      }
    return own + proxies.secrets
  }
}

// Its parts hold secrets, such as the login of a proxy.
extension ClusterAccess: CustomStringConvertible, CustomReflectable {
  package var description: String { "\(name) at \(endpoint)" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// What lets requests in, besides a client certificate.
package enum ClusterCredentials: Sendable {
  /// Nothing: the certificate does, or nobody has to.
  case nothing
  case token(Secret)
  /// A file whose token is replaced now and then, by its path.
  case tokenFile(String)
  case basic(user: String, password: Secret)
  /// A program that makes tokens or certificates.
  case plugin(PluginCall)
}

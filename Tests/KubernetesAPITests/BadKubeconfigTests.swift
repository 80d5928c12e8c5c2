import Files
import HTTPTransport
import KubernetesAPI
import Testing

/// Each bad kubeconfig has one sentence, and none of them says a secret.
@Suite struct BadKubeconfigTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var config: String
    var message: String
    var hint: String?
    var context: String?
    var testDescription: String { message }

    init(_ config: String, _ message: String, hint: String? = nil, context: String? = nil) {
      (self.config, self.message, self.hint, self.context) = (config, message, hint, context)
    }
  }

  private static let place = "/home/ci/.kube/config"
  private static let cluster = #"cluster "c" of /home/ci/.kube/config: "#
  private static let user = #"user "u" of /home/ci/.kube/config: "#
  private static let server = "server: https://kube.example.com"

  private static func ofCluster(_ members: [String], _ message: String, hint: String? = nil) -> Case {
    Case(Sample.config(cluster: members), cluster + message, hint: hint)
  }

  private static func ofUser(_ members: [String], _ message: String, hint: String? = nil) -> Case {
    Case(Sample.config(user: members), user + message, hint: hint)
  }

  private static func ofPlugin(_ members: String, _ message: String, hint: String? = nil) -> Case {
    ofUser(["exec: {\(members)}"], message, hint: hint)
  }

  private static let files = [
    Case("a: [", "the kubeconfig \(place) is not YAML: line 2: did not find expected node content"),
    Case("token: a\ntoken: b", "the kubeconfig \(place) is not YAML: a key is there twice"),
    Case("just words", "the file \(place) is no kubeconfig: it holds no clusters, users and contexts"),
    Case("kind: Pod", "the file \(place) is no kubeconfig: its kind is not Config"),
    Case("contexts: {}", "the kubeconfig \(place): its contexts are not a list"),
    Case("users: [{user: {token: x}}]", "the kubeconfig \(place): one of its users has no name"),
    Case(
      "clusters: [{name: c}, {name: d}, {name: c}]",
      "the kubeconfig \(place): there are two clusters of the name \"c\"",
      hint: "in that kubeconfig, give one of them another name"),
    Case(
      Sample.config(current: ""), "the kubeconfig \(place) has no current-context, and no context was named",
      hint: "name one of its contexts: \"prod\""),
    Case(
      Sample.config(), "the kubeconfig \(place) has no context \"prd\"", hint: "there is \"prod\"",
      context: "prd"),
    Case(
      Sample.config(context: ["cluster: d"]),
      "context \"prod\" of \(place) names a cluster that is not there: \"d\"", hint: "there is \"c\""),
    Case(
      Sample.config(context: ["cluster: c", "user: me"]),
      "context \"prod\" of \(place) names a user that is not there: \"me\"", hint: "there is \"u\""),
    Case(Sample.config(context: ["user: u"]), "context \"prod\" of \(place) names no cluster"),
  ]

  private static let clusters = [
    ofCluster([], "it names no server", hint: "give its URL, like https://kube.example.com:6443"),
    ofCluster(
      ["server: ftp://kube.example.com"],
      "its server \"ftp://kube.example.com\" has a scheme other than https",
      hint: "give its URL, like https://kube.example.com:6443"
    ),
    ofCluster(
      ["server: https://ci:\(Sample.password)@kube.example.com"],
      "its server holds user information before an @"
    ),
    ofCluster(
      ["server: http://kube.example.com"],
      "its server \"http://kube.example.com\" asks for plain HTTP, which is for loopback hosts only"
    ),
    ofCluster(["server: 7"], "its server is not a text", hint: "put it in quotation marks"),
    ofCluster(
      [server, "certificate-authority-data: '***'"], "its certificate-authority-data is not base64",
      hint: "give the PEM text in base64, or its file in certificate-authority"),
    ofCluster(
      [server, "certificate-authority: ca.pem"],
      "its certificate-authority /home/ci/.kube/ca.pem cannot be read: no such file or directory"),
    Case(
      Sample.config(cluster: [server, "certificate-authority-data: \(Sample.encoded("no PEM"))"]),
      "the certificate-authority-data of cluster \"c\" of \(place) holds no certificate"),
    ofCluster(
      [
        server, "insecure-skip-tls-verify: true",
        "certificate-authority-data: \(Sample.encoded(Sample.certificate))",
      ], "it names a certificate authority and says insecure-skip-tls-verify: both cannot be meant"),
    ofCluster(
      [server, "insecure-skip-tls-verify: maybe"], "its insecure-skip-tls-verify is neither true nor false"),
    Case(
      Sample.config(cluster: [server, "proxy-url: 'gopher://x'"]),
      "the proxy that the proxy-url of cluster \"c\" of \(place) names has a scheme that no proxy has"),
  ]

  private static let users = [
    ofUser(
      ["token: \(fakeToken)", "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}"],
      "it has a token and an exec plug-in, and only one of them can be meant",
      hint: "in that kubeconfig, keep the one way that this user is meant to log in by"),
    ofUser(
      ["token: \(fakeToken)", "username: a", "password: \(Sample.password)"],
      "it has a token and a password, and only one of them can be meant"),
    ofUser(["username: a"], "it has a username and no password"),
    ofUser(["password: \(Sample.password)"], "it has a password and no username"),
    ofUser(["username: 'a:b'", "password: \(Sample.password)"], "its username holds a colon"),
    ofUser(
      ["token: 'not a token'"], "its token holds a blank, a line break or a character outside ASCII"),
    ofUser(["token: 0123456789"], "its token is not a text", hint: "put it in quotation marks"),
    ofUser(
      ["auth-provider: {name: gcp}"], "it names an auth-provider, which Kubernetes has removed (1.26)",
      hint: "make the kubeconfig anew with the cloud's present tool, which names an exec plug-in"),
    ofUser(
      ["client-certificate-data: \(Sample.encoded(Sample.certificate))"],
      "it has a client-certificate and no client-key"),
    ofUser(
      ["client-key-data: \(Sample.encoded(Sample.key))"], "it has a client-key and no client-certificate"),
    ofUser(
      ["client-certificate-data: \(Sample.encoded("x"))", "client-key-data: \(Sample.encoded(Sample.key))"],
      "the client certificate is not PEM"),
    ofUser(
      ["client-certificate-data: '!'", "client-key-data: \(Sample.encoded(Sample.key))"],
      "its client-certificate-data is not base64"),
    ofUser(
      ["client-certificate: /c.pem", "client-key: /k.pem"],
      "its client-certificate /c.pem cannot be read: no such file or directory"),
    ofUser(["as-groups: [a]"], "it names a uid, groups or more to act for, and no user (as)"),
    ofUser(["as: a", "as-groups: a"], "its as-groups are not a list of texts"),
    ofUser(["as: a", "as-user-extra: {k: v}"], "its as-user-extra k is not a list of texts"),
    ofUser(["as: \"a\\nb\""], "whom it acts for holds a character that cannot be sent"),
  ]

  private static let plugins = [
    ofPlugin("apiVersion: client.authentication.k8s.io/v1", "its exec names no command"),
    ofPlugin(
      "command: aws, apiVersion: client.authentication.k8s.io/v1alpha1",
      "its exec has no apiVersion that is known"),
    ofPlugin(
      "command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always",
      "its exec plug-in has to ask somebody (interactiveMode Always), and nobody is there"),
    ofPlugin(
      "command: aws, apiVersion: client.authentication.k8s.io/v1, args: [1]",
      "its exec's args are not a list of texts"),
    ofPlugin(
      "command: aws, apiVersion: client.authentication.k8s.io/v1, env: [{name: 'A=B', value: c}]",
      "its exec's env is not a list of names and values"),
    ofUser(["exec: aws"], "its exec is not a map"),
  ]

  @Test(arguments: files + clusters + users + plugins)
  func aBadKubeconfigHasASentence(bad: Case) throws {
    let error = complaint { try ConfigFixture(bad.config).access(bad.context) }
    #expect(error?.kind == .parameter)
    #expect(error?.message == bad.message)
    if let hint = bad.hint { #expect(error?.hint == hint) }
    let texts = (error?.message ?? "") + (error?.hint ?? "")
    for secret in [fakeToken, Sample.password, "not-a-real-key"] { #expect(!texts.contains(secret)) }
  }
}

package import AppProtection
package import KubernetesAPI
internal import StructuredValues

// What an application is reached by: a restore into other namespaces changes neither hosts nor addresses.
extension ClusterBackend {
  package func fixedAddresses(
    of application: Application, forCloneOn destination: Cluster.ID
  ) throws(BackendError) -> FixedAddresses? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var addresses = FixedAddresses(areShared: try areSame(Cluster.ID(place.context), destination))
    for namespace in application.namespaces {
      for kind in [ResourceKind.ingress, .route, .service] {
        let sight = try client(place.context).lookAtList(
          of: kind, in: namespace, to: "look what \"\(application.name)\" is reached by")
        switch sight {
        // A cluster that is no OpenShift has no Routes.
        case .notInstalled: continue
        case .forbidden: addresses.notTold.append("the \(kind.plural) in namespace \"\(namespace)\"")
        case .told(let objects): for object in objects { addresses.add(object, kind) }
        }
      }
    }
    return addresses
  }
}

extension ResourceKind {
  /// OpenShift's way of publishing a Service under a host.
  package static let route = Self("Route", plural: "routes", group: "route.openshift.io")
}

extension FixedAddresses {
  /// The annotations by which load balancers are told which address to give to a Service.
  private static let addressAnnotations = [
    "metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs", "kube-vip.io/loadbalancerIPs",
    "io.cilium/lb-ipam-ips", "lbipam.cilium.io/ips", "service.beta.kubernetes.io/azure-load-balancer-ipv4",
    "networking.gke.io/load-balancer-ip-addresses",
    "service.beta.kubernetes.io/aws-load-balancer-eip-allocations",
    "service.beta.kubernetes.io/aws-load-balancer-private-ipv4-addresses",
  ]

  /// The annotations by which ExternalDNS is told under which names something is found.
  private static let hostAnnotations = [
    "external-dns.alpha.kubernetes.io/hostname", "external-dns.alpha.kubernetes.io/internal-hostname",
  ]

  fileprivate mutating func add(_ object: KubernetesObject, _ kind: ResourceKind) {
    let title = "\(kind.kind) \"\(object.name)\""
    func claim(_ what: String, _ value: String?) {
      if let value, !value.isEmpty { claims.append("\(what) \"\(value)\" of \(title)") }
    }
    // By ExternalDNS a name gets the addresses of all who claim it, so customers would meet both.
    for name in Self.hostAnnotations {
      for host in (object.annotations[name] ?? "").split(separator: ",") {
        claim("name", host.filter { $0 != " " })
      }
    }
    switch kind {
    case .ingress:
      let rules = (object["spec", "rules"]?.elements ?? []).compactMap { $0["host"]?.string }
      let secured = (object["spec", "tls"]?.elements ?? []).flatMap { $0["hosts"]?.texts ?? [] }
      for host in Set(rules + secured).sorted() { claim("host", host) }
      // An Ingress without a host answers under every host that no other claims.
      if rules.isEmpty || object["spec", "defaultBackend"] != nil {
        claims.append("every other host, by \(title), which names none")
      }
    case .route:
      let path = object["spec", "path"]?.string ?? ""
      claim("host", object["spec", "host"]?.string.map { $0 + path })
    default:
      claim("loadBalancerIP", object["spec", "loadBalancerIP"]?.string)
      for address in object["spec", "externalIPs"]?.texts ?? [] { claim("external IP", address) }
      for name in Self.addressAnnotations { claim(name, object.annotations[name]) }
      for port in object["spec", "ports"]?.elements ?? [] {
        guard let node = port["nodePort"]?.integer, node > 0 else { continue }
        possibleClaims.append("node port \(node) of \(title)")
      }
    }
  }
}

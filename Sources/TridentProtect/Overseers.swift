package import AppProtection
internal import KubernetesAPI
internal import StructuredValues

// Tools that keep what runs as it is described in a repository: they put back what a restore has changed.
extension TridentProtectBackend {
  package func overseers(of application: Application) throws(BackendError) -> [Overseer]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var found: [Overseer] = []
    var isTold = false
    for namespace in application.namespaces {
      for kind in [ResourceKind.deployment, .statefulSet, .daemonSet] {
        let sight = try client(place.context).lookAtList(
          of: kind, in: namespace, to: "look who keeps \"\(application.name)\" as it is")
        guard case .told(let objects) = sight else { continue }
        isTold = true
        for object in objects {
          guard let overseer = try overseer(of: object, in: place.context), !found.contains(overseer) else {
            continue
          }
          found.append(overseer)
        }
      }
    }
    return isTold ? found : nil
  }

  /// Who keeps an object, as its labels and annotations say.
  ///
  /// Helm writes `app.kubernetes.io/instance` too: it is Argo CD's only if that has an Application of the name.
  private func overseer(
    of object: KubernetesObject, in context: String
  ) throws(BackendError) -> Overseer? {
    let labels = object.labels
    let annotation = object.annotations["argocd.argoproj.io/tracking-id"]?.split(separator: ":").first
    let tracked =
      annotation.map { String($0) } ?? object.annotations["argocd.argoproj.io/instance"]
      ?? labels["argocd.argoproj.io/instance"]
    if let name = tracked ?? labels["app.kubernetes.io/instance"],
      try isSynchronized(name, in: context) ?? (tracked != nil)
    {
      return Overseer(
        title: "Argo CD application \"\(name)\"",
        remedy: "argocd app set \(name) --sync-policy none (and back to automated afterwards)")
    }
    for (prefix, kind) in [("kustomize", "kustomization"), ("helm", "helmrelease")] {
      guard let name = labels["\(prefix).toolkit.fluxcd.io/name"] else { continue }
      let namespace = labels["\(prefix).toolkit.fluxcd.io/namespace"] ?? "flux-system"
      return Overseer(
        title: "Flux \(kind) \"\(name)\"",
        remedy: "flux suspend \(kind) \(name) -n \(namespace) (and flux resume afterwards)")
    }
    return nil
  }

  /// Whether Argo CD synchronizes an application by itself; nil where that may not be seen.
  private func isSynchronized(_ name: String, in context: String) throws(BackendError) -> Bool? {
    let kind = ResourceKind("Application", plural: "applications", group: "argoproj.io", version: "v1alpha1")
    let sight = try client(context).look(
      at: kind, name, in: "argocd", to: "look whether Argo CD synchronizes \"\(name)\" by itself")
    guard case .told(let application) = sight else { return nil }
    return application.map { $0["spec", "syncPolicy", "automated"] != nil }
  }
}

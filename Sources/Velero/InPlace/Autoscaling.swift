internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

/// What scales workloads by itself, and may start one again that a restore has stopped.
enum Autoscaling {
  static let autoscaler = ResourceKind(
    "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers", group: "autoscaling", version: "v2")
  /// KEDA's, which makes a HorizontalPodAutoscaler, and itself scales from no pod to the first.
  static let scaledObject = ResourceKind(
    "ScaledObject", plural: "scaledobjects", group: "keda.sh", version: "v1alpha1")

  /// Whether KEDA leaves a workload at no pods.
  static func isPaused(_ object: KubernetesObject) -> Bool {
    object.annotations["autoscaling.keda.sh/paused"] == "true"
      || object.annotations["autoscaling.keda.sh/paused-replicas"] == "0"
  }
}

extension VeleroBackend {
  /// Those that would start a workload again while its claims are away.
  ///
  /// A HorizontalPodAutoscaler leaves alone what has been scaled to no pods, and goes on once it has some again, unless
  /// it may scale to none by itself (`minReplicas: 0`).
  /// Source: kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Implicit maintenance-mode deactivation";
  /// keda.sh/docs, "Pausing autoscaling".
  func autoscalers(
    of planned: [InPlacePlan.Change], _ place: ApplicationPlace
  ) throws(BackendError) -> [RestoreObjection] {
    let attempt = "see what would start the workloads of \"\(place.name)\" again"
    var stopped: Set<[String]> = []
    for case .stop(let workload, _) in planned { stopped.insert([workload.kind.kind, workload.name]) }
    func stoppedTarget(_ object: KubernetesObject) -> [String]? {
      let reference = object["spec", "scaleTargetRef"]
      let target = [reference?["kind"]?.string ?? "Deployment", reference?["name"]?.string ?? ""]
      return stopped.contains(target) ? target : nil
    }
    var found: [RestoreObjection] = []
    let client = try client(place.context)
    let autoscalers = try client.lookAtList(of: Autoscaling.autoscaler, in: place.namespace, to: attempt)
    if case .told(let all) = autoscalers {
      for one in all where one["spec", "minReplicas"]?.integer == 0 {
        guard let target = stoppedTarget(one) else { continue }
        found.append(
          RestoreObjection(
            "HorizontalPodAutoscaler \"\(one.name)\" scales \(target[0]) \"\(target[1])\" from no pods by itself, and would start it again in between",
            remedy:
              "kubectl --context \(place.context) -n \(place.namespace) patch hpa \(one.name) -p '{\"spec\":{\"minReplicas\":1}}' (and 0 afterwards)"
          ))
      }
    }
    let scaled = try client.lookAtList(of: Autoscaling.scaledObject, in: place.namespace, to: attempt)
    if case .told(let all) = scaled {
      for one in all where !Autoscaling.isPaused(one) {
        guard let target = stoppedTarget(one) else { continue }
        found.append(
          RestoreObjection(
            "KEDA's ScaledObject \"\(one.name)\" scales \(target[0]) \"\(target[1])\" from no pods by itself, and would start it again in between",
            remedy:
              "kubectl --context \(place.context) -n \(place.namespace) annotate scaledobject \(one.name) autoscaling.keda.sh/paused=true (and autoscaling.keda.sh/paused- afterwards)"
          ))
      }
    }
    return found
  }
}

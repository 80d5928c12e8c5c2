import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

extension StepHarness {
  /// Changes production's workloads.
  func changeWorkloads(_ change: (inout JSON) -> Void) {
    for workload in self[cluster: "ocp-prod"].store.objects("deployments.apps", in: "magento-prod") {
      self[cluster: "ocp-prod"].store.update(
        ObjectKey("deployments.apps", "magento-prod", workload.name ?? ""), change)
    }
  }

  /// Changes production's claims.
  func changeClaims(_ change: (inout JSON) -> Void) {
    for name in claimUIDs.keys {
      self[cluster: "ocp-prod"].store.update(
        ObjectKey("persistentvolumeclaims", "magento-prod", name), change)
    }
  }

  /// Carries out the commands of a hint, as kubectl would.
  func goBack(_ text: String) throws {
    let resources = ["deployment": "deployments.apps", "statefulset": "statefulsets.apps"]
    let told = try #require(text.components(after: "or go back to what there was with these commands: "))
    let namespace = "magento-prod"
    // What a person does before the last commands takes no kubectl.
    let lines = told.split(separator: "; ").map { String($0) }.map { line in
      line.hasPrefix("then, since ")
        ? line.components(after: " with these commands: ") ?? line : line
    }
    for line in lines {
      let words = line.split(separator: " ").map { String($0) }
      defer { site.pass(.seconds(5)) }
      if let index = words.firstIndex(of: "scale") {
        let sides = words[index + 1].split(separator: "/").map { String($0) }
        let count = try #require(words[index + 2].split(separator: "=").last.flatMap { Int($0) })
        let resource = try #require(resources[sides[0]])
        self[cluster: "ocp-prod"].store.update(ObjectKey(resource, namespace, sides[1])) {
          $0[path: ["spec", "replicas"]] = .integer(count)
        }
      } else if line.contains(" delete pvc "), let index = words.firstIndex(of: "pvc") {
        let key = ObjectKey("persistentvolumeclaims", namespace, words[index + 1])
        let claim = self[cluster: "ocp-prod"].store.object(key)
        if let volume = claim?.value(at: "spec.volumeName")?.string {
          self[cluster: "ocp-prod"].store.update(ObjectKey("persistentvolumes", nil, volume)) {
            $0[path: ["spec", "persistentVolumeReclaimPolicy"]] = "Retain"
          }
        }
        self[cluster: "ocp-prod"].store.delete(key)
      } else if line.contains("claimRef"), let index = words.firstIndex(of: "pv") {
        self[cluster: "ocp-prod"].store.update(ObjectKey("persistentvolumes", nil, words[index + 1])) {
          $0[path: ["spec", "claimRef", "uid"]] = nil
          $0[path: ["spec", "claimRef", "resourceVersion"]] = nil
        }
      } else if line.hasPrefix("printf %s '"), let end = line.lastIndex(of: "'") {
        let text = line[line.index(line.startIndex, offsetBy: 11)..<end].replacing(#"'\''"#, with: "'")
        var object = try #require(JSON(Array(text.utf8)))
        object[path: ["metadata", "namespace"]] = .string(namespace)
        self[cluster: "ocp-prod"].store.create("persistentvolumeclaims", object)
      }
    }
    site.pass(.seconds(30))
  }
}

extension String {
  /// The rest of its line after some words.
  fileprivate func components(after words: String) -> String? {
    guard let range = ranges(of: words).last else { return nil }
    return String(self[range.upperBound...].prefix { $0 != "\n" })
  }
}

package import KubernetesSimulator
package import SimulatorSupport

/// A webhook of the site, such as a policy engine's: it says the same of everything that is made of one resource.
package struct SitePolicy: AdmissionPlugin {
  package let name = "policy.example.com"
  /// As the store names it: `restores.velero.io`.
  package var resource: String
  package var answer: AdmissionAnswer

  /// Makes a webhook.
  package init(_ resource: String, _ answer: AdmissionAnswer) {
    (self.resource, self.answer) = (resource, answer)
  }

  package func review(
    _ object: JSON, old: JSON?, _ operation: AdmissionOperation, _ resource: String, user: String,
    in store: ObjectStore
  ) -> AdmissionAnswer? {
    operation == .create && resource == self.resource ? answer : nil
  }
}

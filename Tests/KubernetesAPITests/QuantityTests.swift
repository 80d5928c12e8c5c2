import KubernetesAPI
import Testing

/// Amounts as the API writes them.
struct QuantityTests {
  @Test(arguments: [
    ("8Gi", 8_589_934_592), ("500M", 5e8), ("3", 3), ("100m", 0.1), ("1e3", 1_000), ("1.5Ki", 1_536),
    ("0", 0),
    ("2E", 2e18), ("1E3", 1_000), ("4k", 4_000),
  ]) func reads(_ text: String, _ value: Double) { #expect(Quantity(text)?.value == value) }

  @Test(arguments: ["", "Gi", "8GB", "8 Gi", "eight", "1.2.3", "--1"]) func refuses(_ text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test(arguments: [
    ("8Gi", "8Gi"), ("1536Mi", "1536Mi"), ("3", "3"), ("1024Gi", "1Ti"), ("500M", "500000000"),
  ])
  func writes(_ text: String, _ written: String) { #expect(Quantity(text)?.text == written) }
}

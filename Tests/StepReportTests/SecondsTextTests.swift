import StepReport
import Testing

@Suite struct SecondsTextTests {
  @Test(arguments: [
    (Duration.zero, "0.000"), (.milliseconds(10), "0.010"), (.microseconds(499), "0.000"),
    (.microseconds(500), "0.001"), (.nanoseconds(999_500_000), "1.000"),
    (.nanoseconds(999_499_999), "0.999"), (.milliseconds(601_240), "601.240"),
    (.seconds(1_234_567), "1234567.000"), (.milliseconds(-3), "0.000"), (.seconds(-3), "0.000"),
  ])
  func secondsHaveThreeDecimals(duration: Duration, text: String) {
    #expect(duration.secondsText == text)
  }
}

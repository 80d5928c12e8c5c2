import Testing
import Timing

/// Work that nothing interrupts is waited for no longer than said.
struct BoundedWorkTests {
  @Test func whatIsDoneInTimeIsHandedOver() {
    #expect(bounded(.seconds(20)) { 6 * 7 } == 42)
    for number in 0..<200 { #expect(bounded(.seconds(20)) { number } == number) }
  }

  @Test func whatTakesLongerIsGivenUp() {
    let began = ContinuousClock.now
    let result = bounded(.milliseconds(50)) {
      // Longer than the wait, and not for ever: the thread goes on after it.
      let end = ContinuousClock.now + .milliseconds(400)
      var turns = 0
      while ContinuousClock.now < end { turns += 1 }
      return turns
    }
    #expect(result == nil && ContinuousClock.now - began < .milliseconds(350))
  }
}

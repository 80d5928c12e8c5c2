import Testing
import Timing

@Suite struct ManualTimeTests {
  @Test func `a sleep advances both clocks at once, and is recorded`() throws {
    let time = ManualTime()
    let (start, wallStart) = (time.now, time.wallTime)
    try time.sleep(for: .seconds(40 * 60))
    try time.sleep(for: .zero)
    try time.sleep(for: .seconds(-1))
    #expect(time.now - start == .seconds(2400))
    #expect(time.wallTime - wallStart == .seconds(2400))
    #expect(time.sleeps == [.seconds(2400), .zero, .seconds(-1)])
  }

  @Test func `the world hears of each advance`() throws {
    let time = ManualTime()
    var heard: [Duration] = []
    time.onAdvance = { heard.append($0.sinceOrigin) }
    try time.sleep(for: .seconds(2))
    time.advance(by: .seconds(3))
    #expect(heard == [.seconds(2), .seconds(5)])
  }

  @Test func `an interruption ends the sleep that it falls into, at its moment`() throws {
    let time = ManualTime()
    time.interrupt(with: 15, at: time.now + .seconds(5))
    try time.sleep(for: .seconds(3))
    #expect(time.interruption == nil)
    #expect(throws: Interruption(signal: 15)) { try time.sleep(for: .seconds(10)) }
    #expect(time.now.sinceOrigin == .seconds(5))
    #expect(time.interruption == Interruption(signal: 15))
    #expect(throws: Interruption(signal: 15)) { try time.sleep(for: .seconds(1)) }
    #expect(time.now.sinceOrigin == .seconds(5), "a later sleep does not begin")
    #expect(time.sleeps == [.seconds(3), .seconds(10), .seconds(1)])
  }

  @Test func `a jump of the wall clock leaves the monotonic one alone`() {
    let time = ManualTime()
    let (start, wallStart) = (time.now, time.wallTime)
    time.jumpWallTime(by: .seconds(-3600))
    #expect(time.now == start)
    #expect(wallStart - time.wallTime == .seconds(3600))
  }

  @Test func `a deadline is what remains of its allowance`() throws {
    let time = ManualTime()
    let deadline = Deadline(after: .seconds(60), on: time)
    #expect(deadline.allowance == .seconds(60))
    try time.sleep(for: .seconds(59))
    #expect(deadline.remaining(on: time) == .seconds(1))
    #expect(!deadline.hasPassed(on: time))
    time.jumpWallTime(by: .seconds(1_000_000))
    #expect(!deadline.hasPassed(on: time), "the calendar has no say in it")
    try time.sleep(for: .seconds(2))
    #expect(deadline.remaining(on: time) == .zero)
    #expect(deadline.hasPassed(on: time))
  }

  @Test func `one seed is one sequence`() {
    var (first, second, other) = (SeededRandom(seed: 42), SeededRandom(seed: 42), SeededRandom(seed: 43))
    let numbers = (1...100).map { _ in first.next() }
    #expect(numbers == (1...100).map { _ in second.next() })
    #expect(numbers != (1...100).map { _ in other.next() })
    #expect(Set(numbers).count == 100)
  }

  @Test func `the sequence is the published one`() {
    // The first numbers of SplitMix64 for the seed 1234567, as its authors' implementation gives them.
    var random = SeededRandom(seed: 1_234_567)
    #expect(
      (1...3).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }
}

import AppProtection
import StepCommon
import Testing
import Timing

/// The record of a run as a file.
struct RunRecordTests {
  /// As Foundation's encoder wrote it, before records were written by the steps themselves: every member, an empty list, and letters of all kinds.
  private static let golden = #"""
    {
      "operations" : [
        {
          "application" : "40516273-8495-4a6b-b7c8-d9eaf0011223",
          "askedAt" : "2026-11-23T10:00:00Z",
          "before" : {
            "collectedAt" : "2026-11-23T09:58:00Z",
            "modifiedAt" : "2026-11-23T09:59:00Z",
            "restoredFrom" : [
              "61728394-a5b6-4c7d-98e9-f00112233444"
            ],
            "state" : "ready"
          },
          "kind" : "inPlaceRestore",
          "name" : "",
          "point" : "61728394-a5b6-4c7d-98e9-f00112233444",
          "stage" : "accepted",
          "wasSeen" : true
        },
        {
          "application" : "40516273-8495-4a6b-b7c8-d9eaf0011223",
          "askedAt" : "2026-11-23T10:00:00Z",
          "before" : {
            "restoredFrom" : [

            ],
            "state" : "removing"
          },
          "id" : "e0f1",
          "kind" : "cloneRemoval",
          "name" : "a/b \"é\\\b\u001f",
          "place" : {
            "cluster" : "1c2d3e4f",
            "clusterName" : "ocp-debug",
            "namespaces" : [
              "magento-debug",
              "magento-db"
            ]
          },
          "stage" : "asked"
        }
      ],
      "run" : "jenkins-magento-17",
      "step" : "astra-restore",
      "subjects" : [
        {
          "cluster" : "1c2d3e4f",
          "id" : "40516273-8495-4a6b-b7c8-d9eaf0011223",
          "name" : "magento-prod"
        }
      ]
    }

    """#

  @Test func whatEarlierVersionsWroteIsRead() throws {
    let record = try #require(RunRecord(parsing: Array(Self.golden.utf8)))
    #expect(record.step == "astra-restore" && record.run == "jenkins-magento-17")
    let subjects = try #require(record.subjects)
    #expect(subjects.map(\.name) == ["magento-prod"] && subjects.map(\.cluster) == ["1c2d3e4f"])
    #expect(subjects.map(\.id) == ["40516273-8495-4a6b-b7c8-d9eaf0011223"])
    try #require(record.operations.count == 2)
    let (restore, removal) = (record.operations[0], record.operations[1])
    #expect(restore.kind == .inPlaceRestore && restore.stage == .accepted && restore.wasSeen == true)
    #expect(restore.application == "40516273-8495-4a6b-b7c8-d9eaf0011223" && restore.name.isEmpty)
    #expect(restore.point == "61728394-a5b6-4c7d-98e9-f00112233444" && restore.id == nil)
    #expect(restore.askedTime == Timestamp("2026-11-23T10:00:00Z") && restore.place == nil)
    let before = try #require(restore.before)
    #expect(before.lists == ["restoredFrom": ["61728394-a5b6-4c7d-98e9-f00112233444"]])
    #expect(
      before.texts == [
        "state": "ready", "modifiedAt": "2026-11-23T09:59:00Z", "collectedAt": "2026-11-23T09:58:00Z",
      ])
    #expect(removal.kind == .cloneRemoval && removal.stage == .asked && removal.wasSeen == nil)
    #expect(removal.id == "e0f1" && removal.point == nil && removal.name == "a/b \"é\\\u{8}\u{1F}")
    #expect(removal.before?.lists == ["restoredFrom": []] && removal.before?.texts == ["state": "removing"])
    #expect(
      removal.place
        == .init(cluster: "1c2d3e4f", clusterName: "ocp-debug", namespaces: ["magento-debug", "magento-db"]))
  }

  @Test func isWrittenAsEarlierVersionsReadIt() throws {
    let record = try #require(RunRecord(parsing: Array(Self.golden.utf8)))
    // The same text, but for the ways to write an empty list and a control character.
    let written = Self.golden.replacing("[\n\n        ]", with: "[]").replacing(
      #"\b\u001f"#, with: #"\u0008\u001F"#)
    #expect(String(decoding: record.bytes, as: UTF8.self) == written)
    #expect(RunRecord(parsing: record.bytes) == record)
    let empty = RunRecord(step: "astra-clone", run: nil)
    #expect(
      String(decoding: empty.bytes, as: UTF8.self) == """
        {
          "operations" : [],
          "step" : "astra-clone"
        }

        """)
    #expect(RunRecord(parsing: empty.bytes) == empty)
  }

  @Test func whatLaterVersionsAddedIsReadAsItWasWritten() throws {
    var record = try #require(RunRecord(parsing: Array(Self.golden.utf8)))
    #expect(record.lastUpdate == nil && record.lastUpdateTime == Timestamp("2026-11-23T10:00:00Z"))
    (record.lastUpdate, record.isIncomplete) = ("2026-11-23T11:00:00Z", true)
    record.operations[0].namesakes = []
    record.operations[1].namesakes = ["a", "b"]
    (record.operations[0].endedAt, record.operations[0].attempt) = ("2026-11-23T10:30:00Z", "2")
    record.formerRestores = [record.operations[0]]
    let read = try #require(RunRecord(parsing: record.bytes))
    #expect(read == record && read.lastUpdateTime == Timestamp("2026-11-23T11:00:00Z"))
    #expect(read.operations[0].lastTime == Timestamp("2026-11-23T10:30:00Z"))
    #expect(read.lastRestores.map(\.point) == ["61728394-a5b6-4c7d-98e9-f00112233444"])
    for (part, other) in [
      (#""incomplete" : true"#, #""incomplete" : 1"#), (#""attempt" : "2""#, #""attempt" : 2"#),
      (#""namesakes" : ["#, #""namesakes" : [7,"#), (#""lastWord" : ""#, #""lastWord" : 1, "x" : ""#),
    ] {
      let text = String(decoding: record.bytes, as: UTF8.self).replacing(part, with: other)
      #expect(RunRecord(parsing: Array(text.utf8)) == nil, "\(other)")
    }
  }

  @Test func ofTwoCopiesOfAnEntryTheFurtherOneCounts() throws {
    let time = try #require(Timestamp("2026-11-23T10:00:00Z"))
    var one = RunRecord.Operation(
      .backup, application: Application.ID("a"), name: "x", askedAt: time)
    var other = one
    (one.stage, one.wasSeen) = (.accepted, true)
    (other.stage, other.id) = (.finished, "b")
    #expect(one.merged(with: other) == other.merged(with: one))
    #expect(one.merged(with: other).stage == .finished && one.merged(with: other).wasSeen == true)
    #expect(one.merged(with: other).id == "b" && one.isSame(as: other))
  }

  @Test func whatIsNotKnownIsPassedOverAndNullIsAbsent() throws {
    let text = Self.golden.replacing(#""run" : "jenkins-magento-17""#, with: #""run":null,"new":[{}]"#)
      .replacing(#""wasSeen" : true"#, with: #""wasSeen" : null, "later":{"a":1}"#)
    let record = try #require(RunRecord(parsing: Array(text.utf8)))
    #expect(record.run == nil && record.operations[0].wasSeen == nil && record.operations.count == 2)
  }

  @Test(arguments: [
    (#""step" : "astra-restore""#, #""step" : 1"#), (#""step" : "astra-restore""#, #""step" : null"#),
    (#""step" : "#, #""stem" : "#), (#""run" : "jenkins-magento-17""#, #""run" : 17"#),
    (#""operations" : "#, #""operation" : "#), (#""subjects" : ["#, #""subjects" : [ null,"#),
    (#""cluster" : "1c2d3e4f","#, ""), (#""kind" : "inPlaceRestore""#, #""kind" : "migration""#),
    (#""kind" : "inPlaceRestore","#, ""), (#""stage" : "accepted""#, #""stage" : "Accepted""#),
    (#""stage" : "accepted""#, #""stage" : null"#), (#""name" : "","#, ""),
    (#""application" : "40516273-8495-4a6b-b7c8-d9eaf0011223","#, ""),
    (#""askedAt" : "2026-11-23T10:00:00Z""#, #""askedAt" : 1763892000"#),
    (#""point" : "61728394-a5b6-4c7d-98e9-f00112233444""#, #""point" : ["a"]"#),
    (#""wasSeen" : true"#, #""wasSeen" : "true""#), (#""wasSeen" : true"#, #""wasSeen" : 1"#),
    (#""id" : "e0f1""#, #""id" : false"#), (#""clusterName" : "ocp-debug","#, ""),
    (#""magento-db""#, "null"), (#""magento-db""#, "7"), (#""state" : "ready""#, #""state" : {}"#),
    (#""modifiedAt" : "2026-11-23T09:59:00Z""#, #""modifiedAt" : 0"#),
    (#""collectedAt" : "2026-11-23T09:58:00Z""#, #""collectedAt" : 0"#),
    (#""restoredFrom" : ["#, #""restoredFrom" : [ null,"#),
  ])
  func whatIsMissingOrOfAnotherKindMakesItNoRecord(part: String, other: String) {
    let text = Self.golden.replacing(part, with: other, maxReplacements: 1)
    #expect(text != Self.golden)
    #expect(RunRecord(parsing: Array(text.utf8)) == nil)
  }

  @Test(arguments: ["", "[]", "null", "\"astra-clone\"", "{}", "{\"step\":\"s\",\"operations\":{}}"])
  func whatIsNoRecordIsNone(text: String) {
    #expect(RunRecord(parsing: Array(text.utf8)) == nil)
  }
}

import Foundation
import Testing

@Suite("The text of the Jenkinsfile is one that Jenkins takes")
struct JenkinsfileTextTests {
  private let text: String

  init() throws {
    text = try String(contentsOfFile: JenkinsHome.jenkinsfile, encoding: .utf8)
  }

  @Test("no value is put into a script by Groovy, and each step takes the place of its shell")
  func scripts() {
    let scripts = text.matches(of: /(?m)^ *sh (.*)$/).map { String($0.1) }
    #expect(scripts.count >= 8)
    #expect(scripts.allSatisfy { $0.hasPrefix("'") })
    let calls = text.matches(of: /(?m)^.*\bastra-(?:clone|restore)\b(?! *[.]).*$/)
      .map { String($0.0).trimmingCharacters(in: .whitespaces) }.filter { !$0.hasPrefix("junit") }
    #expect(calls.count == 4)
    #expect(calls.allSatisfy { $0.contains("exec astra-") })
  }

  @Test("the pipeline's time is longer than that of everything in it")
  func times() throws {
    let step = try #require(text.firstMatch(of: /ASTRA_TIMEOUT = '(\d+)h'/)).1
    let check = try #require(text.firstMatch(of: /ASTRA_TIMEOUT = '(\d+)m'/)).1
    let helm = try #require(text.firstMatch(of: /--wait --timeout (\d+)m/)).1
    let looks = try #require(text.firstMatch(of: /tries=(\d+)/)).1
    let whole = try #require(text.firstMatch(of: /timeout\(time: (\d+), unit: 'HOURS'\)/)).1
    let numbers = try [step, check, helm, looks, whole].map { try #require(Int($0)) }
    let minutes = 2 * numbers[0] * 60 + 2 * numbers[1] + numbers[2] + numbers[3] * 5 / 60
    #expect(minutes + 10 < numbers[4] * 60)
  }

  @Test("its documentation names every stage, parameter and credential, and no parameter that is not there")
  func documentation() throws {
    let page = try String(
      contentsOf: Installation.root.appending(path: "docs/jenkins.md"), encoding: .utf8)
    let parameters = text.matches(of: /(?:string|booleanParam)\(name: '(\w+)'/).map { String($0.1) }
    #expect(parameters.count >= 13)
    let section = try #require(page.firstMatch(of: /## Parameters\n\n(?s)(.*?)\n\n[^|]/)).1
    let rows = section.split(separator: "\n").dropFirst(2)
    let documented = rows.flatMap { row in
      row.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.1) }
    }
    #expect(documented.sorted() == parameters.sorted())
    for stage in text.matches(of: /stage\('([^']+)'\)/) { #expect(page.contains("| \(stage.1) |")) }
    for credential in text.matches(of: /credentials\('([^']+)'\)/) {
      #expect(page.contains("| `\(credential.1)` |"))
    }
  }

  @Test("what Jenkins rejects is rejected here, and the file itself is not")
  func strictness() async throws {
    let folder = try TemporaryFolder()
    for (index, sample) in Self.samples.enumerated() {
      #expect(text.contains(sample.part), "nothing to change: \(sample.part)")
      try folder.write(
        text.replacing(sample.part, with: sample.replacement, maxReplacements: 1), to: "Jenkinsfile-\(index)")
    }
    let files = Self.samples.indices.map { folder.path("Jenkinsfile-\($0)") }
    let result = try await JenkinsHome.groovy(["--check", JenkinsHome.jenkinsfile] + files)
    #expect(result.exit == .code(3), "\(result.summary)")
    #expect(!result.output.contains(JenkinsHome.jenkinsfile))
    for (file, sample) in zip(files, Self.samples) {
      let errors = result.output.split(separator: "\n").filter { $0.hasPrefix("\(file): ") }
      #expect(errors.contains { $0.contains(sample.message) }, "\(sample.replacement): \(errors)")
    }
  }

  private struct Sample: Sendable {
    var part: String
    var replacement: String
    var message: String
  }

  private static let samples: [Sample] = [
    Sample(
      part: "  stages {\n", replacement: "  post { always { echo 'a' } failure { echo 'b' } }\n  stages {\n",
      message: "can only contain build condition names"),
    Sample(part: "  agent any\n", replacement: "", message: "Missing required section \"agent\""),
    Sample(part: "  agent any\n", replacement: "  agent none\n", message: "the agent is"),
    Sample(part: "  agent any\n", replacement: "  agent any\n  agent any\n", message: "Multiple occurrences"),
    Sample(part: "  options {\n", replacement: "  settings {\n", message: "Undefined section"),
    Sample(part: "timestamps()", replacement: "timeStamps()", message: "Invalid option"),
    Sample(part: "timestamps()", replacement: "skipDefaultCheckout()", message: "Duplicate option"),
    Sample(part: "unit: 'HOURS'", replacement: "unit: 'HOUR'", message: "has no unit"),
    Sample(part: "buildCount: 20", replacement: "buildCount: 51", message: "between 1 and 50"),
    Sample(part: "ASTRA_TIMEOUT = '1h'", replacement: "ASTRA_TIMEOUT = 1", message: "values must be quoted"),
    Sample(
      part: "ASTRA_TIMEOUT = '1h'", replacement: "ASTRA_TIMEOUT = params.X",
      message: "values must be quoted"),
    Sample(part: "stage('Clone')", replacement: "stage('Check')", message: "Duplicate stage name"),
    Sample(part: "when {", replacement: "unless {", message: "Undefined section"),
    Sample(part: "expression {", replacement: "expresion {", message: "Unknown conditional"),
    Sample(part: "unstash 'run'", replacement: "unstahs 'run'", message: "Invalid step"),
    Sample(part: "unstash 'run'", replacement: "if (true) { unstash 'run' }", message: "Invalid step"),
    Sample(
      part: "includes: 'run-id'", replacement: "include: 'run-id'", message: "Invalid parameter \"include\""),
    Sample(part: "always {", replacement: "allways {", message: "can only contain build condition names"),
    Sample(
      part: "sh 'exec astra-clone --dry-run'", replacement: "sh \"exec astra-clone ${ASTRA_API_TOKEN}\"",
      message: "A secret (ASTRA_API_TOKEN)"),
    Sample(
      part: "sh 'exec astra-clone --dry-run'", replacement: "sh 'exec astra-clone ' + env.ASTRA_API_TOKEN",
      message: "A secret (ASTRA_API_TOKEN)"),
    Sample(
      part: "sh 'exec astra-clone --dry-run'", replacement: "script { sh \"echo ${env.KUBECONFIG}\" }",
      message: "A secret (KUBECONFIG)"),
    Sample(
      part: "booleanParam(name: 'UPGRADE_CLONE', defaultValue: false",
      replacement: "booleanParam(name: 'UPGRADE_CLONE', defaultValue: 'no'",
      message: "Wrong type of defaultValue"),
    Sample(part: "pipeline {", replacement: "def x = 1\npipeline {", message: "one pipeline block"),
    Sample(part: "pipeline {", replacement: "pipeline {{", message: "Jenkinsfile"),
  ]
}

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
    #expect(scripts.count >= 12)
    #expect(scripts.allSatisfy { $0.hasPrefix("'") })
    let calls = text.matches(of: /(?m)^ *(?:sh '+)?exec (astra-\w+)/).map { String($0.1) }
    #expect(
      calls == [
        "astra-preflight", "astra-verify", "astra-preflight", "astra-clone", "astra-verify", "astra-restore",
        "astra-verify", "astra-report",
      ])
    let mentioned = text.matches(
      of: /(?m)^ *(?!\/\/).*\bastra-(?:clone|restore|verify|preflight|report)\b(?![.-])/)
    #expect(mentioned.count == calls.count)
  }

  @Test("the pipeline's time is longer than that of everything in it")
  func times() throws {
    let hours = text.matches(of: /ASTRA_TIMEOUT = '(\d+)h'/).compactMap { Int($0.1) }
    let minutes = text.matches(of: /ASTRA_TIMEOUT = '(\d+)m'/).compactMap { Int($0.1) }
    #expect(hours.count == 1 && minutes.count == 5)
    let helm = try #require(text.firstMatch(of: /--wait --timeout (\d+)m/).flatMap { Int($0.1) })
    let looks = try #require(text.firstMatch(of: /tries=(\d+)/).flatMap { Int($0.1) })
    let whole = try #require(
      text.firstMatch(of: /timeout\(time: (\d+), unit: 'HOURS'\)/).flatMap { Int($0.1) })
    // Clone and restore take the hours, the checks their minutes.
    #expect(2 * hours[0] * 60 + minutes.reduce(helm + looks * 5 / 60, +) + 10 < whole * 60)
  }

  @Test(
    "its documentation names every stage, parameter and credential, and no parameter that is not there",
    arguments: [
      (JenkinsHome.Pipeline.postmortem, "## Parameters"), (.release, "| Parameter of the release"),
    ])
  func documentation(_ pipeline: JenkinsHome.Pipeline, _ heading: String) throws {
    let text = try String(contentsOfFile: pipeline.jenkinsfile, encoding: .utf8)
    let page = try String(
      contentsOf: Installation.root.appending(path: "docs/jenkins.md"), encoding: .utf8)
    let parameters = text.matches(of: /(?:string|booleanParam)\(name: '(\w+)', defaultValue/).map {
      String($0.1)
    }
    #expect(parameters.count >= 13)
    let start = try #require(page.range(of: heading)).lowerBound
    let rows = page[start...].split(separator: "\n").drop { !$0.hasPrefix("|---") }.dropFirst()
      .prefix { $0.hasPrefix("|") }
    let documented = rows.flatMap { row in
      row.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.1) }
    }
    #expect(documented.sorted() == parameters.sorted())
    for stage in text.matches(of: /(?m)^    stage\('([^']+)'\)/) { #expect(page.contains("| \(stage.1) |")) }
    for credential in text.matches(of: /credentials\('([^']+)'\)/) {
      #expect(page.contains("`\(credential.1)`"))
    }
  }

  @Test(
    "every step of the library has its help, which names each argument, and each of its variables is the program's"
  )
  func library() throws {
    let folder = URL(filePath: JenkinsHome.sharedLibrary).appending(path: "vars")
    let documentation = Installation.root.appending(path: "docs")
    let pages = try FileManager.default.contentsOfDirectory(
      atPath: documentation.appending(path: "steps").path)
    let contract = try (["steps.md"] + pages.map { "steps/\($0)" }).map {
      try String(contentsOf: documentation.appending(path: $0), encoding: .utf8)
    }.joined()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".groovy")
    }
    #expect(names.count >= 7)
    for name in names {
      let script = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let help = try String(
        contentsOf: folder.appending(path: name.replacing(".groovy", with: ".txt")), encoding: .utf8)
      let arguments = script.matches(of: /(?!variable)\b(\w+): '([A-Z][A-Z_]+)'/)
      #expect(arguments.count >= 5, "\(name)")
      for argument in arguments {
        #expect(
          help.contains("<code>\(argument.1)</code> (<code>\(argument.2)</code>)"), "\(name): \(argument.1)")
        #expect(contract.contains("`\(argument.2)`"), "\(name): no step has \(argument.2)")
      }
      if let program = script.firstMatch(of: /astraStep\('([^']+)'/) {
        #expect(pages.contains("\(program.1).md"), "\(name)")
      }
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

  @Test("the release is one that Jenkins takes, with the library and not without")
  func release() async throws {
    let text = try String(contentsOfFile: JenkinsHome.Pipeline.release.jenkinsfile, encoding: .utf8)
    let folder = try TemporaryFolder()
    try folder.write(text.replacing("@Library('astra-steps') _\n", with: ""), to: "without")
    try folder.write(text.replacing("message 'Release", with: "massage 'Release"), to: "input")
    let paths = [JenkinsHome.Pipeline.release.jenkinsfile, folder.path("without"), folder.path("input")]
    let result = try await JenkinsHome.groovy(["--check"] + paths)
    let errors = result.output.split(separator: "\n")
    #expect(!errors.contains { $0.hasPrefix(paths[0]) }, "\(errors)")
    #expect(
      errors.contains { $0.hasPrefix(paths[1]) && $0.contains("Invalid step: this.astraBackup") }, "\(errors)"
    )
    #expect(errors.contains { $0.hasPrefix(paths[2]) && $0.contains("input") }, "\(errors)")
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
    Sample(part: "  agent any\n", replacement: "  agent docker\n", message: "the agent is"),
    Sample(part: "  agent any\n", replacement: "  agent none\n", message: "it needs one"),
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
      part: "sh 'exec astra-preflight'", replacement: "sh \"exec astra-clone ${ASTRA_API_TOKEN}\"",
      message: "A secret (ASTRA_API_TOKEN)"),
    Sample(
      part: "sh 'exec astra-preflight'", replacement: "sh 'exec astra-clone ' + env.ASTRA_API_TOKEN",
      message: "A secret (ASTRA_API_TOKEN)"),
    Sample(
      part: "sh 'exec astra-preflight'", replacement: "script { sh \"echo ${env.KUBECONFIG}\" }",
      message: "A secret (KUBECONFIG)"),
    Sample(
      part: "booleanParam(name: 'UPGRADE_CLONE', defaultValue: false",
      replacement: "booleanParam(name: 'UPGRADE_CLONE', defaultValue: 'no'",
      message: "Wrong type of defaultValue"),
    Sample(part: "pipeline {", replacement: "def x = 1\npipeline {", message: "one pipeline block"),
    Sample(part: "pipeline {", replacement: "pipeline {{", message: "Jenkinsfile"),
  ]
}

import Testing

/// Which files may import what, where the package's manifest, which knows only whole modules, is too coarse.
@Suite struct ImportRuleTests {
  /// A module, and the files (or folders, ending in `/`) that may import it.
  struct Rule: Sendable, CustomTestStringConvertible {
    var module: String
    var places: [String]

    var testDescription: String { module }
  }

  private static let rules = [
    Rule(
      module: "CCurl",
      places: ["Sources/HTTPTransport/Curl/", "Sources/HTTPTransport/TLS/SystemRoots.swift"]),
    Rule(module: "CArguments", places: ["Sources/StepCommon/Run/ProcessCall.swift"]),
    Rule(module: "CLibXML2", places: ["Sources/StepReport/XML/"]),
    Rule(module: "CYAML", places: ["Sources/StructuredValues/YAMLParser.swift"]),
    Rule(module: "CJansson", places: ["Sources/StructuredValues/JSONReading.swift"]),
    Rule(module: "CPCRE2", places: ["Sources/RegularExpressions/RegularExpression.swift"]),
    Rule(module: "CZlib", places: ["Sources/Gzip/Gunzip.swift"]),
    Rule(module: "Gzip", places: ["Sources/Velero/Files/BucketFiles.swift"]),
    Rule(
      module: "CMicroHTTPD",
      places: ["Bell", "FrontPages", "HTTPServer", "IncomingRequest", "OutgoingResponse"].map {
        "Sources/astra-simulator/\($0).swift"
      }),
    Rule(module: "CGnuTLS", places: ["Sources/astra-simulator/Certificate.swift"]),
    // The files that know which backends there are, and where their token comes from.
    Rule(
      module: "AstraControl",
      places: ["Sources/StepCommon/Backends/AstraControl/"]),
    Rule(
      module: "KubernetesWorkloads",
      places: ["Sources/StepCommon/Backends/Kubernetes/", "Sources/TridentProtect/", "Sources/Velero/"]),
    Rule(module: "TridentProtect", places: ["Sources/StepCommon/Backends/Kubernetes/"]),
    Rule(module: "Velero", places: ["Sources/StepCommon/Backends/Kubernetes/"]),
    // Where a connection is set up, and where the token must be known to be kept out of texts.
    Rule(
      module: "HTTPTransport",
      places: [
        "Sources/AstraControl/", "Sources/KubernetesAPI/", "Sources/PageProbe/", "Sources/RESTClient/",
        "Sources/StepCommon/Backends/", "Sources/StepCommon/Run/StepEnvironment.swift",
        "Sources/StepCommon/Run/Log.swift", "Sources/StepCommon/Run/Pages.swift",
        "Sources/StepCommon/Parameters/Parameter.swift",
        "Sources/StepCommon/Run/Runner.swift",
      ]),
    Rule(module: "StepReport", places: ["Sources/StepCommon/", "Sources/astra-report/"]),
    // Tens of megabytes of the one file that a step is shipped as.
    Rule(module: "Foundation", places: []),
    // A third of it.
    Rule(module: "FoundationEssentials", places: []),
  ]

  /// The modules that a file imports.
  private func imports(of file: Checkout.File) -> Set<String> {
    Set(
      file.lines.compactMap { line in
        let words = line.split(separator: " ", maxSplits: 3)
        guard let word = words.prefix(2).firstIndex(of: "import"), word + 1 < words.count else { return nil }
        // `import struct Module.Type`
        let isOfOneThing = ["struct", "class", "enum", "func", "protocol"].contains(words[word + 1])
        return (isOfOneThing ? words.last : words[word + 1])?.split(separator: ".").first.map { String($0) }
      })
  }

  @Test(arguments: rules)
  func aModuleIsImportedOnlyWhereItBelongs(rule: Rule) throws {
    let importers = try Checkout.sources().filter { imports(of: $0).contains(rule.module) }.map(\.path)
    for path in importers {
      let isAllowed = rule.places.contains { $0.hasSuffix("/") ? path.hasPrefix($0) : path == $0 }
      #expect(isAllowed, "\(path) imports \(rule.module)")
    }
    for place in rule.places {
      #expect(importers.contains { $0.hasPrefix(place) }, "\(place) does not import \(rule.module) any more")
    }
  }

  @Test func theRuleSeesEveryFormOfAnImport() {
    let forms = [
      "import A", "internal import B", "  package import C", "import struct D.Type",
      "private import func E.f", "let x = \"import F\"",
    ]
    let file = Checkout.File(path: "sample", text: forms.joined(separator: "\n"))
    #expect(imports(of: file) == ["A", "B", "C", "D", "E"])
  }

  @Test func theSimulatorSharesNoCodeWithTheSteps() throws {
    let own: Set = [
      "AppProtection", "AstraControl", "Files", "Gzip", "HTTPTransport", "KubernetesAPI",
      "KubernetesWorkloads", "PageProbe", "Processes", "RegularExpressions", "RESTClient",
      "StepCommon", "StepReport", "StructuredValues", "Text", "Timing", "TridentProtect", "Velero",
    ]
    let simulator = try Checkout.sources().filter { $0.path.lowercased().contains("simulator/") }
    #expect(simulator.count > 30)
    for file in simulator { #expect(imports(of: file).isDisjoint(with: own), "\(file.path)") }
  }

  @Test func nothingIsPublic() throws {
    for file in try Checkout.sources() {
      #expect(!file.text.contains(/(?m)^\s*(?:public|open)\s/), "\(file.path)")
    }
  }
}

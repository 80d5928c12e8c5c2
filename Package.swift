// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every target of ours: the strictest the compiler offers, and no warning is let by.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// Where libxml2's headers are: as a system library it would be linked.
let xmlHeaders = ["-I/usr/include/libxml2"]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// The steps, by the last word of their names.
let steps = ["backup", "cleanup", "clone", "preflight", "restore", "snapshot", "status", "verify"]
/// What tests run in their own process, and what they start.
let stepModules = steps.map { Target.Dependency.target(name: module($0)) }
let stepPrograms = steps.map { Target.Dependency.target(name: "astra-\($0)") }

/// The module of a step: `AstraClone`.
func module(_ word: String) -> String { "Astra" + word.prefix(1).uppercased() + word.dropFirst() }

/// A step's two targets, of one folder: its phases as a module (`AstraClone`), which tests can run too, and the
/// program around it (`astra-clone`).
///
/// `modules` are those that other steps do not need, such as steps whose own checks it makes beforehand.
func step(_ word: String, needing modules: [Target.Dependency] = []) -> [Target] {
  let module = module(word)
  let folder = "Sources/astra-\(word)"
  return [
    .target(
      name: module,
      dependencies: ["AppProtection", "StepCommon", "Timing", argumentParser] + modules, path: folder,
      exclude: ["Main.swift"]),
    .executableTarget(
      name: "astra-\(word)", dependencies: [.target(name: module), "StepCommon"], path: folder,
      sources: ["Main.swift"]),
  ]
}

let package = Package(
  name: "astra-steps",
  platforms: [.macOS(.v15)],
  products: (steps.map { "astra-\($0)" } + ["astra-report", "astra-steps", "astra-simulator"]).map {
    .executable(name: $0, targets: [$0])
  },
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: [
    // C libraries: the only places that see C. libcurl and libxml2 are not linked but loaded, by a few lines of C.
    .target(name: "CArguments"),
    .target(name: "CLoading", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "CCurl", dependencies: ["CLoading"],
      linkerSettings: [.linkedLibrary("curl", .when(platforms: [.macOS]))]),
    .target(
      name: "CLibXML2", dependencies: ["CLoading"],
      cSettings: [.unsafeFlags(xmlHeaders)],
      linkerSettings: [.linkedLibrary("xml2", .when(platforms: [.macOS]))]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CJansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"])]),

    // The steps, from the ground up.
    .target(name: "Timing"),
    .target(name: "Text"),
    .target(name: "Files", dependencies: ["Text", "Timing"]),
    .target(name: "Processes", dependencies: ["Text"]),
    .target(
      name: "StructuredValues", dependencies: ["CJansson", "CYAML"],
      // The archives by their names: an agent that runs the steps need not have jansson or libyaml.
      linkerSettings: [
        .unsafeFlags(["-l:libjansson.a", "-l:libyaml.a"], .when(platforms: [.linux])),
        .linkedLibrary("jansson", .when(platforms: [.macOS])),
        .linkedLibrary("yaml", .when(platforms: [.macOS])),
      ]
    ),
    .target(
      name: "RegularExpressions", dependencies: ["CPCRE2"],
      // The archive by its name: an agent that runs the steps need not have PCRE2.
      linkerSettings: [
        .unsafeFlags(["-l:libpcre2-8.a"], .when(platforms: [.linux])),
        .linkedLibrary("pcre2-8", .when(platforms: [.macOS])),
      ]
    ),
    .target(
      name: "Gzip", dependencies: ["CZlib"],
      // The archive by its name, as above.
      linkerSettings: [
        .unsafeFlags(["-l:libz.a"], .when(platforms: [.linux])),
        .linkedLibrary("z", .when(platforms: [.macOS])),
      ]
    ),
    .target(name: "HTTPTransport", dependencies: ["CCurl", "Files", "Text", "Timing"]),
    .target(name: "PageProbe", dependencies: ["HTTPTransport", "Timing"]),
    .target(name: "AppProtection", dependencies: ["Timing"]),
    .target(
      name: "RESTClient", dependencies: ["AppProtection", "HTTPTransport", "StructuredValues", "Timing"]),
    .target(
      name: "AstraControl",
      dependencies: ["AppProtection", "HTTPTransport", "RESTClient", "StructuredValues", "Timing"]),
    .target(
      name: "KubernetesAPI",
      dependencies: [
        "AppProtection", "Files", "HTTPTransport", "Processes", "RESTClient", "StructuredValues", "Text",
        "Timing",
      ]),
    .target(
      name: "KubernetesWorkloads",
      dependencies: ["AppProtection", "KubernetesAPI", "StructuredValues", "Timing"]),
    .target(
      name: "TridentProtect",
      dependencies: [
        "AppProtection", "KubernetesAPI", "KubernetesWorkloads", "StructuredValues", "Timing",
      ]),
    .target(
      name: "Velero",
      dependencies: [
        "AppProtection", "Gzip", "KubernetesAPI", "KubernetesWorkloads", "RESTClient", "StructuredValues",
        "Text", "Timing",
      ]),
    .target(
      name: "StepReport", dependencies: ["CLibXML2", "Files", "StructuredValues", "Text", "Timing"]),
    .target(
      name: "StepCommon",
      dependencies: [
        "AppProtection", "AstraControl", "CArguments", "Files", "HTTPTransport", "KubernetesAPI",
        "KubernetesWorkloads", "PageProbe", "Processes", "RESTClient", "StepReport", "StructuredValues",
        "Text", "Timing", "TridentProtect",
        "Velero", argumentParser,
      ]
    ),
    // What tells of the steps' results: no step itself, since it has no connection.
    .target(
      name: "AstraReport",
      dependencies: [
        "AppProtection", "Files", "StepCommon", "StepReport", "Text", "Timing", argumentParser,
      ],
      path: "Sources/astra-report", exclude: ["Main.swift"]),
    .executableTarget(
      name: "astra-report", dependencies: ["AstraReport", "StepCommon"], path: "Sources/astra-report",
      sources: ["Main.swift"]),
    // Every program in one, as they are shipped.
    .executableTarget(
      name: "astra-steps", dependencies: ["AstraReport", "StepCommon", argumentParser] + stepModules),
    // The simulators: they share no code with the steps.
    .target(
      name: "SimulatorSupport",
      // The page of the simulators, as bytes in the program.
      resources: ["html", "css", "js"].map { .embedInCode("Control/Page/page.\($0)") }),
    .target(name: "AstraSimulator", dependencies: ["SimulatorSupport"]),
    .target(name: "KubernetesSimulator", dependencies: ["SimulatorSupport"]),
    .executableTarget(
      name: "astra-simulator",
      dependencies: [
        "AstraSimulator", "CGnuTLS", "CMicroHTTPD", "KubernetesSimulator", "SimulatorSupport", argumentParser,
      ]),

    // Tests.
    // What tests ask of a simulated service, whatever product it is, and a site of one with a step at it.
    .target(name: "ServiceSimulation", dependencies: ["Timing"], path: "Tests/ServiceSimulation"),
    .target(
      name: "SimulatedBackend",
      dependencies: [
        "Files", "HTTPTransport", "PageProbe", "ServiceSimulation", "StepCommon", "StepReport", "Timing",
      ],
      path: "Tests/SimulatedBackend"
    ),
    // The simulator of Astra Control as such a service.
    .target(
      name: "AstraControlSimulation",
      dependencies: [
        "AstraSimulator", "ServiceSimulation", "SimulatedBackend", "SimulatorSupport", "Timing",
      ],
      path: "Tests/AstraControlSimulation"
    ),
    // The simulator of Kubernetes clusters with Trident protect, or Velero, as such a service.
    .target(
      name: "ClusterSimulation",
      dependencies: ["KubernetesSimulator", "ServiceSimulation", "SimulatorSupport"],
      path: "Tests/ClusterSimulation"),
    .target(
      name: "TridentProtectSimulation",
      dependencies: [
        "ClusterSimulation", "KubernetesSimulator", "ServiceSimulation", "SimulatorSupport", "Timing",
      ],
      path: "Tests/TridentProtectSimulation"
    ),
    .target(
      name: "VeleroSimulation",
      dependencies: [
        "ClusterSimulation", "KubernetesSimulator", "ServiceSimulation", "SimulatorSupport", "Timing",
      ],
      path: "Tests/VeleroSimulation"
    ),
    .target(
      name: "Exploration",
      dependencies: ["Files", "ServiceSimulation", "SimulatedBackend", "StepCommon", "StepReport", "Timing"]
        + stepModules,
      path: "Tests/Exploration",
      exclude: ["AstraControl", "Clusters", "Main", "Mutants", "TridentProtect", "Velero"]
    ),
    .target(
      name: "AstraControlExploration",
      dependencies: [
        "AstraControlSimulation", "AstraSimulator", "Exploration", "ServiceSimulation", "SimulatedBackend",
        "SimulatorSupport", "Timing",
      ],
      path: "Tests/Exploration/AstraControl"
    ),
    // What can go wrong at any API server of a cluster.
    .target(
      name: "ClusterExploration",
      dependencies: [
        "ClusterSimulation", "Exploration", "ServiceSimulation", "SimulatedBackend", "SimulatorSupport",
      ],
      path: "Tests/Exploration/Clusters"
    ),
    .target(
      name: "TridentProtectExploration",
      dependencies: [
        "ClusterExploration", "Exploration", "KubernetesSimulator", "ServiceSimulation", "SimulatedBackend",
        "TridentProtectSimulation",
      ],
      path: "Tests/Exploration/TridentProtect"
    ),
    .target(
      name: "VeleroExploration",
      dependencies: [
        "ClusterExploration", "ClusterSimulation", "Exploration", "KubernetesSimulator", "ServiceSimulation",
        "SimulatedBackend",
        "SimulatorSupport", "VeleroSimulation",
      ],
      path: "Tests/Exploration/Velero"
    ),
    .executableTarget(
      name: "explorer",
      dependencies: [
        "AstraControlExploration", "Exploration", "TridentProtectExploration", "VeleroExploration",
        argumentParser,
      ],
      path: "Tests/Exploration/Main"
    ),
    // Whether a real API server answers as the client for it relies on (./test --cluster). No product.
    .executableTarget(
      name: "cluster-conformance",
      dependencies: [
        "AppProtection", "HTTPTransport", "KubernetesAPI", "RESTClient", "StepCommon", "StructuredValues",
        "Timing", "TridentProtect", argumentParser,
      ],
      path: "Tests/ClusterConformance"
    ),
    // The benchmark in virtual time: what is measured, and the program that prints it. No product.
    .target(
      name: "StepBenchmark",
      dependencies: [
        "AstraControlSimulation", "AstraSimulator", "Files", "KubernetesSimulator", "ServiceSimulation",
        "SimulatedBackend", "SimulatorSupport", "StepCommon", "StepReport", "StructuredValues", "Timing",
        "TridentProtectSimulation", "VeleroSimulation",
      ] + stepModules,
      path: "Benchmarks/InProcess", exclude: ["Main"]
    ),
    .executableTarget(
      name: "step-benchmark", dependencies: ["StepBenchmark", argumentParser],
      path: "Benchmarks/InProcess/Main"
    ),
    // Fuzzing: what is checked, the program that libFuzzer drives, and its seeds as a test. No product.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "AppProtection", "AstraControl", "AstraSimulator", "Files", "Gzip", "HTTPTransport", "KubernetesAPI",
        "RESTClient", "SimulatorSupport", "StepCommon", "StepReport", "StructuredValues", "Text", "Timing",
        "Velero",
      ] + stepModules,
      path: "Tests/FuzzTargets"
    ),
    .executableTarget(name: "astra-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing"),
    .testTarget(name: "FuzzSeedTests", dependencies: ["FuzzTargets"]),

    .testTarget(name: "TextTests", dependencies: ["Text"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "Timing"]),
    .testTarget(name: "StructuredValueTests", dependencies: ["StructuredValues"]),
    .testTarget(name: "RegularExpressionTests", dependencies: ["RegularExpressions"]),
    .testTarget(name: "TimingTests", dependencies: ["Timing"]),
    .testTarget(name: "HTTPTransportTests", dependencies: ["HTTPTransport", "PageProbe", "Timing"]),
    .testTarget(name: "AppProtectionTests", dependencies: ["AppProtection", "Timing"]),
    .testTarget(
      name: "AstraControlTests",
      dependencies: [
        "AppProtection", "AstraControl", "AstraSimulator", "HTTPTransport", "RESTClient", "SimulatedBackend",
        "SimulatorSupport", "Timing",
      ]
    ),
    .testTarget(
      name: "KubernetesAPITests",
      dependencies: [
        "AppProtection", "Files", "HTTPTransport", "KubernetesAPI", "RESTClient", "StructuredValues",
        "Timing",
      ]
    ),
    .testTarget(
      name: "VeleroTests",
      dependencies: [
        "AppProtection", "Gzip", "HTTPTransport", "KubernetesAPI", "RESTClient", "StructuredValues", "Timing",
        "Velero",
      ]),
    // What every backend has to keep to, whatever its service is.
    .testTarget(
      name: "BackendTests",
      dependencies: [
        "AppProtection", "AstraControl", "AstraControlSimulation", "Files", "HTTPTransport", "KubernetesAPI",
        "KubernetesWorkloads", "RESTClient",
        "ServiceSimulation", "SimulatedBackend", "StepCommon", "StepReport", "StepTestSupport", "Timing",
        "KubernetesSimulator", "TridentProtect", "TridentProtectSimulation", "Velero", "VeleroSimulation",
      ] + stepModules
    ),
    .testTarget(name: "StepReportTests", dependencies: ["Files", "StepReport", "Timing"]),
    .testTarget(
      name: "StepCommonTests", dependencies: ["Files", "StepCommon", "StepReport", "Text", "Timing"]),
    // The suites that every simulated service has to pass, and those that are about Astra Control.
    .target(
      name: "StepTestSupport",
      dependencies: [
        "AstraClone", "AstraControlSimulation", "AstraSimulator", "KubernetesSimulator", "ServiceSimulation",
        "SimulatedBackend", "SimulatorSupport", "StepCommon", "StepReport", "StructuredValues",
        "TridentProtectSimulation", "VeleroSimulation",
      ],
      path: "Tests/StepTestSupport"
    ),
    .testTarget(
      name: "StepTests",
      dependencies: [
        "Files", "ServiceSimulation", "SimulatedBackend", "StepBenchmark", "StepCommon", "StepReport",
        "StepTestSupport", "Timing",
      ] + stepModules
    ),
    .testTarget(
      name: "AstraControlStepTests",
      dependencies: [
        "AstraControlSimulation", "AstraSimulator", "Files", "ServiceSimulation", "SimulatedBackend",
        "SimulatorSupport", "StepBenchmark", "StepCommon", "StepReport", "StepTestSupport", "Timing",
      ] + stepModules
    ),
    .testTarget(
      name: "TridentProtectStepTests",
      dependencies: [
        "ClusterSimulation", "Files", "KubernetesSimulator", "ServiceSimulation", "SimulatedBackend",
        "SimulatorSupport",
        "StepCommon", "StepReport", "StepTestSupport", "StructuredValues", "Timing",
        "TridentProtectSimulation",
      ] + stepModules
    ),
    .testTarget(
      name: "VeleroStepTests",
      dependencies: [
        "AstraReport", "ClusterSimulation", "Files", "HTTPTransport", "KubernetesSimulator",
        "ServiceSimulation",
        "SimulatedBackend", "SimulatorSupport", "StepCommon",
        "StepTestSupport", "StructuredValues", "Timing", "VeleroSimulation",
      ] + stepModules
    ),
    .testTarget(
      name: "AstraReportTests",
      dependencies: [
        "AstraReport", "Files", "HTTPTransport", "ServiceSimulation", "SimulatedBackend", "StepCommon",
        "StepReport",
        "StepTestSupport", "Timing",
      ] + stepModules
    ),
    .testTarget(
      name: "ExplorationTests",
      dependencies: ["AstraControlExploration", "Exploration", "ServiceSimulation", "SimulatedBackend"]),
    .testTarget(name: "AstraSimulatorTests", dependencies: ["AstraSimulator", "SimulatorSupport"]),
    .testTarget(name: "KubernetesSimulatorTests", dependencies: ["KubernetesSimulator", "SimulatorSupport"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["astra-report", "astra-simulator", "astra-steps"] + stepPrograms),
  ],
  swiftLanguageModes: [.v6]
)

package.targets += steps.flatMap { word in
  switch word {
  case "preflight": step(word, needing: ["AstraClone", "AstraRestore"])
  case "status": step(word, needing: ["AstraCleanup", "AstraRestore", "StructuredValues"])
  case "verify": step(word, needing: ["PageProbe", "RegularExpressions", "StructuredValues"])
  default: step(word)
  }
}

// For a first look (./demo): the steps as one program and the simulator, without tests, benchmarks or a program per step.
if Context.environment["ASTRA_PROGRAMS_ONLY"] != nil {
  let kept = ["astra-steps", "astra-simulator"]
  package.products.removeAll { !kept.contains($0.name) }
  package.targets.removeAll { target in
    let isAside = ["Tests/", "Benchmarks/"].contains { target.path?.hasPrefix($0) == true }
    return target.type == .test || isAside || (target.type == .executable && !kept.contains(target.name))
  }
}

// Whatever uses the report may have to read libxml2's headers again: after an update of the system, for one.
let xmlSettings: [SwiftSetting] = [.unsafeFlags(xmlHeaders.flatMap { ["-Xcc", $0] })]
for target in package.targets where target.type != .system {
  target.swiftSettings = (target.swiftSettings ?? []) + strict + xmlSettings
  // What only asks and compares is as quick without the optimiser, and compiled in half the time.
  if target.type == .test {
    target.swiftSettings?.append(.unsafeFlags(["-Onone"], .when(configuration: .release)))
  }
}

internal import SimulatorSupport

// The objects that move the data of claims: they are the only ones that count bytes.
extension KubernetesWorld {
  /// What a label says of a name: the name, or of one that is too long for a label its beginning and a part of its hash.
  ///
  /// That is SHA-256 in the original (Velero's `pkg/label`, `GetValidName`).
  static func labelValue(of name: String) -> String {
    guard name.utf8.count > 63 else { return name }
    let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    let digits = String(hash, radix: 16)
    return "\(name.prefix(57))\((String(repeating: "0", count: 8 - digits.count) + digits).prefix(6))"
  }

  /// The labels that tie an object to its backup or restore.
  private func labels(_ run: Run, _ more: [(String, String)] = []) -> JSON {
    let what = run.isCopy ? "backup" : "restore"
    let all =
      [("velero.io/\(what)-name", Self.labelValue(of: run.key.name)), ("velero.io/\(what)-uid", run.uid)]
      + more
    return .object(all.map { .init($0.0, .string($0.1)) })
  }

  private func metadata(_ run: Run, _ labels: JSON) -> JSON {
    [
      "generateName": .string("\(run.key.name)-"), "namespace": .string(veleroNamespace), "labels": labels,
      "ownerReferences": [
        [
          "apiVersion": "velero.io/v1", "kind": .string(run.isCopy ? "Backup" : "Restore"),
          "name": .string(run.key.name), "uid": .string(run.uid), "controller": true,
        ]
      ],
    ]
  }

  /// What the movement of a claim's data is called: short enough for a label.
  private static func operation(_ what: String, _ run: Run, _ claim: String) -> String {
    "\(what)-\(run.uid).\(fingerprint(Array(claim.utf8)).prefix(9))"
  }

  // MARK: - Through pods

  mutating func makePodVolumeBackups(ofRunAt index: Int) {
    let run = runs[index]
    guard var work = run.velero else { return }
    for place in work.volumes.indices where work.volumes[place].method == .fileSystem {
      let copy = work.volumes[place]
      let made = clusters[run.cluster].store.create(
        Self.veleroResource("podvolumebackups"),
        [
          "metadata": metadata(run, labels(run, [("velero.io/pvc-uid", copy.claimUID)])),
          "spec": [
            "backupStorageLocation": .string(work.location), "node": "node-1",
            "pod": [
              "kind": "Pod", "name": .string(copy.pod?.name ?? ""), "namespace": .string(copy.namespace),
              "uid": .string(copy.pod?.uid ?? ""),
            ],
            "repoIdentifier": .string("kopia:\(work.bucket)/kopia/\(copy.namespace)"),
            "tags": [
              "backup": .string(run.key.name), "backup-uid": .string(run.uid),
              "pvc-uid": .string(copy.claimUID),
              "volume": .string(copy.mount ?? ""),
            ], "uploaderType": "kopia", "volume": .string(copy.mount ?? ""),
          ],
          "status": [
            "phase": "InProgress", "startTimestamp": moment(in: run.cluster),
            "progress": ["bytesDone": .integer(copy.size / 2), "totalBytes": .integer(copy.size)],
          ],
        ])
      work.volumes[place].mover = made?.name
      work.volumes[place].handle = "k\(fingerprint(Array((made?.uid ?? "").utf8)))"
    }
    runs[index].velero = work
  }

  mutating func finishPodVolumeBackups(ofRunAt index: Int) {
    let run = runs[index]
    guard var work = run.velero else { return }
    for copy in work.volumes where copy.method == .fileSystem {
      finishMover(
        veleroKey("podvolumebackups", copy.mover ?? ""), copy, in: run.cluster,
        snapshot: copy.isFailed ? nil : copy.handle)
      if copy.isFailed {
        work.errors[copy.namespace, default: []].append(
          "pod volume backup failed: data path backup failed: the reader of claim \(copy.claim) ended")
      }
    }
    runs[index].velero = work
  }

  private mutating func finishMover(
    _ key: ObjectKey, _ copy: VolumeCopy, in cluster: Int, snapshot: String?
  ) {
    let end = moment(in: cluster)
    clusters[cluster].store.update(key) {
      $0[path: ["status", "phase"]] = copy.isFailed ? "Failed" : "Completed"
      $0[path: ["status", "completionTimestamp"]] = end
      if copy.isFailed {
        $0[path: ["status", "message"]] = "data path failed: the pod that moves the data has ended"
      } else {
        $0[path: ["status", "progress"]] = [
          "bytesDone": .integer(copy.size), "totalBytes": .integer(copy.size),
        ]
      }
      if let snapshot { $0[path: ["status", "snapshotID"]] = .string(snapshot) }
    }
  }

  // MARK: - Behind snapshots

  mutating func beginMovement(ofRunAt index: Int) {
    let run = runs[index]
    guard let work = run.velero else { return }
    if run.isCopy {
      for place in work.volumes.indices where work.volumes[place].method == .dataMovement {
        makeDataUpload(ofRunAt: index, place)
      }
    }
    guard velero?.settings.hasNodeAgent == true else { return waitInVain(ofRunAt: index) }
    showMovement(ofRunAt: index, part: 0)
  }

  /// Without its agent nothing moves, and a run waits as long as it may.
  private mutating func waitInVain(ofRunAt index: Int) {
    let run = runs[index]
    let limit = clusters[run.cluster].store.object(run.key)?.value(at: "spec.itemOperationTimeout")?.string
    runs[index].stages[run.stage].length = Self.duration(limit ?? "4h0m0s")
    for (key, _) in movers(runs[index]) {
      clusters[run.cluster].store.update(key) { $0["status"] = ["phase": "New"] }
    }
    for place in (run.velero?.volumes ?? []).indices where run.velero?.volumes[place].method == .dataMovement
    {
      runs[index].velero?.volumes[place].isFailed = true
    }
    for place in (run.velero?.fillings ?? []).indices
    where run.velero?.fillings[place].copy.method == .dataMovement {
      runs[index].velero?.fillings[place].copy.isFailed = true
    }
  }

  private mutating func makeDataUpload(ofRunAt index: Int, _ place: Int) {
    let run = runs[index]
    guard let work = run.velero else { return }
    let copy = work.volumes[place]
    let timeout = clusters[run.cluster].store.object(run.key)?.value(at: "spec.csiSnapshotTimeout") ?? "10m0s"
    let made = clusters[run.cluster].store.create(
      Self.veleroResource("datauploads"),
      [
        "metadata": metadata(
          run,
          labels(
            run,
            [
              ("velero.io/pvc-uid", copy.claimUID),
              ("velero.io/async-operation-id", Self.operation("du", run, copy.claimUID)),
            ])),
        "spec": [
          "backupStorageLocation": .string(work.location),
          "csiSnapshot": [
            "snapshotClass": "ontap-snapshots", "storageClass": "ontap-san",
            "volumeSnapshot": .string("velero-\(copy.claim)-\(place)"),
          ], "datamover": "", "operationTimeout": timeout, "snapshotType": "CSI",
          "sourceNamespace": .string(copy.namespace), "sourcePVC": .string(copy.claim),
        ],
        "status": ["phase": "Accepted", "acceptedTimestamp": moment(in: run.cluster)],
      ])
    runs[index].velero?.volumes[place].mover = made?.name
    runs[index].velero?.volumes[place].handle = fingerprint(Array((made?.uid ?? "").utf8))
  }

  /// The keys of the objects that move data in a run, each with what it moves.
  private func movers(_ run: Run) -> [(key: ObjectKey, copy: VolumeCopy)] {
    guard let work = run.velero else { return [] }
    if run.isCopy {
      return work.volumes.filter { $0.method == .dataMovement }.map {
        (veleroKey("datauploads", $0.mover ?? ""), $0)
      }
    }
    return work.fillings.filter { $0.copy.method == .dataMovement }.compactMap { filling in
      filling.mover.map { ($0, filling.copy) }
    }
  }

  /// Shows how far the data is: nothing of it (`part` 0), or half of it (2).
  mutating func showMovement(ofRunAt index: Int, part: Int) {
    let run = runs[index]
    guard velero?.settings.hasNodeAgent == true else { return }
    let start = moment(in: run.cluster)
    for (key, copy) in movers(run) {
      clusters[run.cluster].store.update(key) {
        $0[path: ["status", "phase"]] = "InProgress"
        if $0[path: ["status", "startTimestamp"]] == nil { $0[path: ["status", "startTimestamp"]] = start }
        $0[path: ["status", "node"]] = "node-1"
        $0[path: ["status", "progress"]] = [
          "bytesDone": .integer(part == 0 ? 0 : copy.size / part), "totalBytes": .integer(copy.size),
        ]
      }
    }
  }

  mutating func finishMovement(ofRunAt index: Int) {
    let run = runs[index]
    for (key, copy) in movers(run) {
      finishMover(
        key, copy, in: run.cluster, snapshot: run.isCopy && !copy.isFailed ? copy.handle : nil)
    }
    if run.kind != .backup { fill(ofRunAt: index, .dataMovement) }
  }

  /// A run that has failed moves nothing more: the claims of a restore stay as they are.
  mutating func cancelMovers(of run: Run) {
    guard let work = run.velero else { return }
    let files = work.volumes.filter { $0.method == .fileSystem }.map {
      veleroKey("podvolumebackups", $0.mover ?? "")
    }
    let end = moment(in: run.cluster)
    for key in movers(run).map(\.key) + files + work.fillings.compactMap(\.mover) {
      clusters[run.cluster].store.update(key) {
        guard !["Completed", "Failed"].contains($0.value(at: "status.phase")?.string) else { return }
        $0[path: ["status", "phase"]] = "Canceled"
        $0[path: ["status", "completionTimestamp"]] = end
      }
    }
  }

  // MARK: - Kept in the storage

  /// A snapshot of a volume that stays where the volume is.
  mutating func makeSnapshot(_ copy: inout VolumeCopy, _ run: Run) {
    guard !copy.isFailed else { return }
    copy.handle = "\(clusters[run.cluster].name)-snapshot-\(platform?.snapshots.count ?? 0)"
    platform?.snapshots[copy.handle] = copy.rows
  }

  // MARK: - Of restores

  mutating func makeMover(of filling: inout VeleroWork.Filling, _ run: Run, pod: String) {
    guard let work = run.velero else { return }
    let copy = filling.copy
    let plural = copy.method == .fileSystem ? "podvolumerestores" : "datadownloads"
    let spec: JSON =
      copy.method == .fileSystem
      ? [
        "backupStorageLocation": .string(work.location),
        "pod": [
          "kind": "Pod", "name": .string(pod), "namespace": .string(filling.claim.namespace ?? ""),
        ], "repoIdentifier": .string("kopia:\(work.bucket)/kopia/\(copy.namespace)"),
        "snapshotID": .string(copy.handle), "sourceNamespace": .string(copy.namespace),
        "uploaderType": "kopia",
        "volume": .string(copy.mount ?? ""),
      ]
      : [
        "backupStorageLocation": .string(work.location), "operationTimeout": "10m0s",
        "snapshotID": .string(copy.handle), "sourceNamespace": .string(copy.namespace),
        "targetVolume": [
          "namespace": .string(filling.claim.namespace ?? ""), "pvc": .string(filling.claim.name), "pv": "",
        ],
      ]
    let made = clusters[run.cluster].store.create(
      Self.veleroResource(plural),
      [
        "metadata": metadata(
          run,
          labels(
            run,
            [
              ("velero.io/async-operation-id", Self.operation("dd", run, filling.uid)),
              ("velero.io/pvc-uid", filling.uid),
            ]
          )),
        "spec": spec,
        "status": [
          "phase": .string(copy.method == .fileSystem ? "InProgress" : "Accepted"),
          "startTimestamp": moment(in: run.cluster),
          "progress": [
            "bytesDone": .integer(copy.method == .fileSystem ? copy.size / 2 : 0),
            "totalBytes": .integer(copy.size),
          ],
        ],
      ])
    filling.mover = made.map { key(Self.veleroResource(plural), $0) }
  }

  /// The objects that read file systems back are done.
  mutating func finishPodVolumeRestores(ofRunAt index: Int) {
    let run = runs[index]
    for filling in run.velero?.fillings ?? [] where filling.copy.method == .fileSystem {
      if let mover = filling.mover { finishMover(mover, filling.copy, in: run.cluster, snapshot: nil) }
    }
    fill(ofRunAt: index, .fileSystem)
  }

  /// What was to be brought to claims is there, and whoever waits for it goes on.
  private mutating func fill(ofRunAt index: Int, _ method: VolumeCopy.Method) {
    guard let work = runs[index].velero else { return }
    for filling in work.fillings where filling.copy.method == method {
      let isThere = !filling.copy.isFailed
      if isThere { platform?.unfilled.remove(filling.uid) }
      guard let claim = clusters[filling.cluster].store.object(filling.claim), claim.uid == filling.uid else {
        continue
      }
      if isThere {
        // A volume that is made later has it from the start.
        platform?.contents[filling.uid] = filling.copy.rows
        platform?.withheld.remove(filling.uid)
        bind(filling.claim, claim, in: filling.cluster)
        catchUp()
        if claim.value(at: "status.phase")?.string == "Bound" {
          volumes[volumeKey(of: claim, in: filling.cluster)] = filling.copy.rows
        }
      }
      if filling.copy.isFailed {
        runs[index].velero?.errors[filling.claim.namespace ?? "", default: []].append(
          "the data of claim \(filling.claim.name) did not arrive")
      }
      wakePods(for: filling.claim.name, in: filling.claim.namespace, of: filling.cluster)
    }
  }
}

package io.reproq.cli.demo;

import io.reproq.TaskType;
import io.reproq.store.TaskRun;
import java.util.List;

/// One manifest that is to be written: the callback of the chord that reads the files. Its
/// components have the names that they have in JSON.
///
/// @param root the folder that was scanned, as [FileTask] has it
/// @param target the file to write, an absolute path
/// @param others tasks that read files of it and are in no part of the chord, ascending
/// @param unlisted what failed without a task
record ManifestTask(String root, String target, List<Long> others, List<Manifest.Failed> unlisted) {
  static final TaskType<ManifestTask, Integer> TYPE =
      TaskType.of("demo.write_manifest", ManifestTask.class, Integer.class)
          .with(FileTask.TYPE.options());

  ManifestTask {
    others = others.stream().sorted().toList();
    unlisted = List.copyOf(unlisted);
  }

  /// The same with all files in `resultIds`, for a task of its own.
  ManifestTask alone(List<Long> resultIds) {
    return new ManifestTask(root, target, resultIds, unlisted);
  }

  /// Whether `run` writes a manifest of `root`.
  static boolean isOf(String root, TaskRun run) {
    return root.equals(run.spec().tree().path("kwargs").path("root").stringValue(""));
  }
}

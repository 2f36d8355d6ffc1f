package io.reproq.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.Reproq;
import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.StopSignal;
import io.reproq.cli.option.Surroundings;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.WorkflowRun;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class DemoRunTest {
  private static final String SHA_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private Path root;
  private Path manifest;
  private Dsn.Sqlite dsn;

  @BeforeEach
  void make_a_tree() throws IOException {
    root = Files.createDirectories(folder.resolve("tree")).toRealPath();
    manifest = root.resolve("m.json");
    dsn = new Dsn.Sqlite(root.resolve("tasks.db").toString());
    write("a.txt", "abc");
    write("sub/é.md", "");
    Files.createSymbolicLink(root.resolve("link"), root.resolve("a.txt"));
    Files.createSymbolicLink(root.resolve("loop"), root);
  }

  @Test
  void every_regular_file_is_in_the_manifest_and_nothing_of_our_own() throws Exception {
    var code = run();

    assertThat(code).isZero();
    var written = manifest();
    assertThat(written.path("root").stringValue()).isEqualTo(root.toString());
    assertThat(written.path("files").values())
        .extracting(file -> file.path("path").stringValue())
        .containsExactly("a.txt", "sub/é.md");
    var file = written.path("files").get(0);
    assertThat(file.path("bytes").longValue()).isEqualTo(3);
    assertThat(file.path("sha256").stringValue()).isEqualTo(SHA_OF_ABC);
    assertThat(file.path("media_type").stringValue()).isEqualTo("text/plain");
    assertThat(written.path("failed").values()).isEmpty();
    assertThat(out.toString()).contains("done      2 files\n", "failed    0\n", "latency   median");
  }

  @Test
  void a_second_run_reads_nothing_again_and_writes_the_same() throws Exception {
    run();
    var first = Files.readString(manifest);
    Files.delete(manifest);

    var code = run();

    assertThat(code).isZero();
    assertThat(manifest).hasContent(first);
    assertThat(tasks()).hasSize(2);
    assertThat(out.toString()).contains("done      2 files (2 of them by an earlier run)\n");
  }

  @Test
  void a_second_run_reads_what_is_new_or_has_changed() throws Exception {
    run();
    write("new.txt", "new");
    write("a.txt", "longer than before");
    Files.setLastModifiedTime(
        root.resolve("sub/é.md"), FileTime.from(Instant.parse("2020-01-01T00:00:00.000000001Z")));

    run();

    assertThat(tasks()).hasSize(5);
    assertThat(manifest().path("files").values())
        .extracting(file -> file.path("bytes").longValue())
        .containsExactly(18L, 3L, 0L);
  }

  @Test
  void a_task_that_was_left_open_is_not_made_again() throws Exception {
    var scan = scan();
    try (var store = DatabaseOption.open(dsn)) {
      try (var reproq = Reproq.builder().store(store).open()) {
        reproq.enqueueAll(FileTask.TYPE, scan.files(), FileTask.TYPE.options());
      }
    }

    var code = run();

    assertThat(code).isZero();
    assertThat(tasks())
        .hasSize(2)
        .allMatch(task -> task.standing().status() == TaskStatus.SUCCESSFUL);
  }

  @Test
  void a_task_for_a_file_that_is_gone_is_cancelled() throws Exception {
    try (var reproq = Reproq.builder().store(DatabaseOption.open(dsn)).open()) {
      reproq.enqueueAll(FileTask.TYPE, scan().files(), FileTask.TYPE.options());
    }
    Files.delete(root.resolve("a.txt"));

    run();

    assertThat(tasks())
        .extracting(task -> task.standing().status())
        .containsExactlyInAnyOrder(TaskStatus.CANCELLED, TaskStatus.SUCCESSFUL);
    assertThat(manifest().path("files").values()).hasSize(1);
  }

  @Test
  void a_file_that_cannot_be_read_is_tried_three_times_and_listed() throws Exception {
    var scan = scan();
    Files.delete(root.resolve("a.txt"));

    var code = run(scan);

    assertThat(code).isEqualTo(3);
    var failed = manifest().path("failed").get(0);
    assertThat(failed.path("path").stringValue()).isEqualTo("a.txt");
    assertThat(failed.path("reason").stringValue())
        .isEqualTo("cannot read: no such file or folder");
    var task =
        tasks().stream()
            .filter(run -> run.standing().status() == TaskStatus.FAILED)
            .findFirst()
            .orElseThrow();
    assertThat(task.standing().attempts()).isEqualTo(3);
    assertThat(task.result().errors().get(1).at())
        .isAfterOrEqualTo(task.result().errors().get(0).at().plusMillis(100));
    assertThat(task.result().errors().get(2).at())
        .isAfterOrEqualTo(task.result().errors().get(1).at().plusMillis(200));
    assertThat(out.toString()).contains("failed    1\n", "retried   1\n");
    // The callback cannot follow a member that failed, so another task does its work.
    assertThat(statuses(ManifestTask.TYPE.path()))
        .containsExactly(TaskStatus.FAILED, TaskStatus.SUCCESSFUL);
  }

  @Test
  void the_manifest_is_written_by_the_callback_of_a_chord_of_the_files() throws Exception {
    run();

    try (var store = DatabaseOption.open(dsn)) {
      var callback = store.list(everything().ofPath(ManifestTask.TYPE.path())).getFirst();
      var workflow = store.findWorkflow(Objects.requireNonNull(callback.extras().workflowId()));
      assertThat(workflow)
          .hasValueSatisfying(run -> {
            assertThat(run.callback()).isEqualTo(callback.resultId());
            assertThat(run.status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
            assertThat(run.ended()).isEqualTo(new WorkflowRun.Ended(2, 0));
          });
    }
  }

  @Test
  void what_was_killed_between_the_last_file_and_the_manifest_goes_on_there() throws Exception {
    readAllAndDie();

    var code = run();

    assertThat(code).isZero();
    assertThat(tasks()).hasSize(2).allMatch(task -> task.standing().attempts() == 1);
    assertThat(manifest().path("files").values()).hasSize(2);
    assertThat(statuses(ManifestTask.TYPE.path()))
        .containsExactly(TaskStatus.CANCELLED, TaskStatus.SUCCESSFUL);
    assertThat(out.toString()).contains("done      2 files (2 of them by an earlier run)\n");
  }

  @Test
  void a_manifest_that_cannot_be_written_is_told() throws Exception {
    var parent = Files.createDirectory(folder.resolve("nowhere"));
    manifest = parent.resolve("m.json");
    var scan = scan();
    Files.delete(parent);

    assertThatExceptionOfType(CommandFailure.class)
        .isThrownBy(() -> run(scan))
        .withMessageContaining("no manifest " + manifest)
        .withMessageContaining("cannot write: no such file or folder");
  }

  @Test
  void a_file_that_could_not_be_read_has_another_chance_in_the_next_run() throws Exception {
    var scan = scan();
    Files.move(root.resolve("a.txt"), folder.resolve("aside"));
    run(scan);
    Files.move(folder.resolve("aside"), root.resolve("a.txt"));

    var code = run();

    assertThat(code).isZero();
    assertThat(manifest().path("files").values()).hasSize(2);
  }

  @Test
  void a_name_that_is_no_text_is_listed_with_its_bytes_once_and_for_all() throws Exception {
    var broken = new FileTask(root.toString(), "b\\xff", 1, "2020-01-01T00:00:00Z", false);
    var scan = new Scan(List.of(broken), List.of());

    run(scan);
    var code = run(scan);

    assertThat(code).isEqualTo(3);
    assertThat(tasks()).hasSize(1).allMatch(task -> task.standing().attempts() == 1);
    var failed = manifest().path("failed").get(0);
    assertThat(failed.path("path").stringValue()).isEqualTo("b\\xff");
    assertThat(failed.path("reason").stringValue()).isEqualTo("the name is not valid UTF-8");
  }

  @Test
  void a_folder_that_could_not_be_listed_is_a_failure() throws Exception {
    var scan = new Scan(List.of(), List.of(new Manifest.Failed("sub", "cannot list: no")));

    assertThat(run(scan)).isEqualTo(3);
    assertThat(manifest().path("failed").get(0).path("path").stringValue()).isEqualTo("sub");
  }

  private void write(String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  private Scan scan() throws IOException {
    return Scan.of(root, new OwnFiles(dsn, manifest));
  }

  private int run() throws Exception {
    return run(scan());
  }

  private int run(Scan scan) throws Exception {
    var surroundings =
        new Surroundings(Map.of(), InputStream.nullInputStream(), new StopSignal(), false);
    var writer = new PrintWriter(out, true);
    try (var run = new DemoRun(DatabaseOption.open(dsn), 4, surroundings, writer)) {
      return run.process(root, scan, manifest, false);
    }
  }

  /// A run whose process ends when all files are read, and before the callback starts.
  private void readAllAndDie() throws Exception {
    var given = new ManifestTask(root.toString(), manifest.toString(), List.of(), List.of());
    var members = new ArrayList<Workflow>();
    scan().files().forEach(file -> members.add(FileTask.TYPE.step(file)));
    var chord = Workflow.chord(new Workflow.Group(members), ManifestTask.TYPE.step(given));
    try (var reproq =
        Reproq.builder().store(DatabaseOption.open(dsn)).queues(FileTask.QUEUE).open()) {
      reproq.handle(FileTask.TYPE, new FileReader());
      reproq.start();
      for (var id : reproq.enqueue(chord).resultIds().subList(0, members.size())) {
        reproq.await(id, Duration.ofSeconds(20));
      }
    }
  }

  private JsonNode manifest() throws IOException {
    return Json.parse(Files.readString(manifest)).tree();
  }

  private List<TaskRun> tasks() {
    return tasks(FileTask.TYPE.path());
  }

  private List<TaskRun> tasks(String path) {
    try (var store = DatabaseOption.open(dsn)) {
      return store.list(everything().ofPath(path));
    }
  }

  private List<TaskStatus> statuses(String path) {
    return tasks(path).stream().map(task -> task.standing().status()).toList();
  }

  private static TaskQuery everything() {
    return TaskQuery.first(100);
  }
}

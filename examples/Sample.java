import io.reproq.*;
import java.time.Duration;

public class Sample {
  record Greet(String name) {}
  static final TaskType<Greet, String> GREET = TaskType.of("sample.greet", Greet.class, String.class);

  public static void main(String[] args) throws Exception {
    try (Reproq reproq = Reproq.open(args[0])) { // memory:, sqlite:FILE, postgres://...
      reproq.handle(GREET, (context, greet) -> "hello " + greet.name());
      reproq.start();
      TaskHandle<String> handle = reproq.enqueue(GREET, new Greet("Ada"));
      System.out.println(handle.await(Duration.ofSeconds(10)));
    }
  }
}

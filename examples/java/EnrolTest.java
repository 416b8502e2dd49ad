import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a device does when NDES fails, by JUnit 5 and the JDK's own HTTP client. */
@Execution(ExecutionMode.CONCURRENT)
class EnrolTest {
	private static final HttpClient CLIENT = HttpClient.newHttpClient();
	private static Process server;
	private static String control;

	@TempDir
	Path directory;

	@BeforeAll
	static void start() throws Exception {
		server = new ProcessBuilder("mock-ndes", "serve", "--listen", "127.0.0.1:0", "--quiet")
				.redirectError(ProcessBuilder.Redirect.INHERIT).start();
		control = member("control", new BufferedReader(new InputStreamReader(server.getInputStream())).readLine());
	}

	@AfterAll
	static void stop() throws Exception {
		server.destroy(); // SIGTERM
		assertTrue(server.waitFor(30, TimeUnit.SECONDS));
		assertEquals(0, server.exitValue());
	}

	/** A text of the server's JSON. A suite that has a JSON library takes that. */
	private static String member(String name, String json) {
		var found = Pattern.compile("\"" + name + "\": *\"([^\"]*)\"").matcher(json);
		assertTrue(found.find(), () -> "no " + name + " in " + json);
		return found.group(1);
	}

	/** A call of the control API; what is refused fails with the server's own words. */
	private static HttpResponse<String> call(String path, String body) throws Exception {
		var request = HttpRequest.newBuilder(URI.create(control + path))
				.POST(HttpRequest.BodyPublishers.ofString(body)).build();
		var answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
		assertTrue(answer.statusCode() < 300, () -> path + ": " + answer.body());
		return answer;
	}

	private static void verify(String expectations) throws Exception {
		var verdict = call("/v1/verify", "{\"expectations\": [" + expectations + "]}");
		assertEquals("passed", verdict.headers().firstValue("X-Mock-Verdict").orElse(""), verdict.body());
	}

	/** The device under test: yours would stand here. Tells its exit status. */
	private static int enrol(String scep, Path directory, String... options) throws Exception {
		var words = new ArrayList<>(List.of("mock-ndes", "enroll", scep, "--challenge", "secret", "--subject",
				"CN=device", "--quiet", "--out", directory.toString()));
		words.addAll(List.of(options));
		int status = 1;
		for (int tries = 0; tries < 3 && status != 0; tries++) {
			status = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start().waitFor();
		}
		return status;
	}

	@Test
	void comesBackAfter503() throws Exception {
		var site = call("/v1/sites", "{\"name\": \"retries\", \"settings\": {\"challenge\": \"secret\"}}").body();
		call("/v1/sites/retries/faults", "{\"match\": {\"operation\": \"PKIOperation\"}, \"when\": {\"times\": 2},"
				+ " \"do\": {\"status\": 503}}");
		var device = CompletableFuture.supplyAsync(() -> {
			try {
				return enrol(member("scep", site), directory);
			} catch (Exception failure) {
				throw new IllegalStateException(failure);
			}
		});
		call("/v1/wait", "{\"match\": {\"site\": \"retries\", \"outcome\": \"SUCCESS\"}, \"timeout\": \"30s\"}");
		assertEquals(0, device.get());
		assertTrue(Files.exists(directory.resolve("certificate.pem")));
		verify("{\"order\": [{\"site\": \"retries\", \"status\": \"503\"}, {\"site\": \"retries\", \"status\": \"503\"},"
				+ " {\"site\": \"retries\", \"outcome\": \"SUCCESS\"}]},"
				+ " {\"match\": {\"site\": \"retries\", \"operation\": \"PKIOperation\"}, \"count\": 3}");
	}

	@Test
	void enrolsWhenThePoolIsStartedAgain() throws Exception {
		var site = call("/v1/sites", "{\"name\": \"pool\", \"profile\": \"app-pool-stopped\","
				+ " \"settings\": {\"challenge\": \"secret\"}}").body();
		var capabilities = HttpRequest.newBuilder(URI.create(member("scep", site) + "?operation=GetCACaps")).build();
		assertEquals(503, CLIENT.send(capabilities, HttpResponse.BodyHandlers.ofString()).statusCode());
		assertEquals(1, enrol(member("scep", site), directory));
		verify("{\"match\": {\"site\": \"pool\", \"status\": \"200\"}, \"none\": true}");
		call("/v1/sites/pool/app-pool/start", "");
		assertEquals(0, enrol(member("scep", site), directory));
	}

	@Test
	void renewsBeforeTheEnd() throws Exception {
		var site = call("/v1/sites", "{\"name\": \"renewal\", \"settings\": {\"challenge\": \"secret\"}}").body();
		assertEquals(0, enrol(member("scep", site), directory));
		call("/v1/sites/renewal/clock/advance", "{\"by\": \"360d\"}");
		assertEquals(0, enrol(member("scep", site), directory, "--renew", directory.toString(), "--force",
				"--clock-offset", "360d"));
		verify("{\"order\": [{\"site\": \"renewal\", \"challenge\": \"fixed\", \"outcome\": \"SUCCESS\"},"
				+ " {\"site\": \"renewal\", \"challenge\": \"not-needed\", \"outcome\": \"SUCCESS\"}]}");
	}
}

using System.Text;

namespace MedQA.Cli.Tests.Commands;

/// <summary>Everything is done at the level debug, with every kind of secret, and what was written is searched.</summary>
public sealed class SecretTests
{
    private const string Key = "served-key-0123456789abcdef0123456789";
    private const string OtherKey = "other-key-0123456789abcdef0123456789a";
    private const string Token = "eyJ0eXAiOiJKV1QifQ.a-token-of-this-test.signature";
    private const string OtherAccountKey = "c2VjcmV0IGFjY291bnQga2V5IG9mIHRoaXMgdGVzdCBhbG9uZQ==";
    private const string Query = "a-query-of-this-test";
    private const string Signature = "c2lnbmF0dXJlIG9mIHRoaXMgdGVzdA";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task No_key_token_connection_string_or_text_is_written_down_whatever_is_done_and_however_it_fails()
    {
        await using var medqa = new MedqaProcess();
        await using var held = await medqa.HoldStorageAsync();
        var sums = medqa.Sums(3);
        File.Move(medqa.Profile(samples: 3), Path.Combine(Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName, "sums-3.json"));
        medqa.Variables["MEDQA_LOG"] = "debug";
        medqa.Variables["MEDQA_TELEMETRY"] = "console";
        medqa.Variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
        medqa.Variables["MEDQA_STORAGE"] = medqa.ConnectionString;
        medqa.Variables["MEDQA_KEY"] = Key;
        var accountKey = PartOf(medqa.ConnectionString, "AccountKey");
        var written = new StringBuilder();

        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--profiles", "profiles");
        var output = server.StandardOutput.ReadToEndAsync(Cancel);
        var endpoint = (await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0];
        var notices = server.StandardError.ReadToEndAsync(Cancel);

        Assert.Equal(0, await DoAsync("run", sums, "--profile", "sums-3", "--endpoint", endpoint));
        Assert.Equal(0, await DoAsync("results", "latest", "--endpoint", endpoint));
        Assert.Equal(2, await DoAsync("results", "--endpoint", endpoint, "--key", OtherKey));
        Assert.Equal(2, await DoAsync("results", "--endpoint", endpoint, "--key", Key[..8], "--token", Token));
        using (var client = new HttpClient { BaseAddress = new Uri(endpoint), DefaultRequestHeaders = { { "x-medqa-key", OtherKey }, { "Authorization", $"Bearer {Token}" } } })
        {
            using var refused = await client.GetAsync("/api/runs?continuation=none", Cancel);
            written.Append(refused).Append(await refused.Content.ReadAsStringAsync(Cancel));

            // No query is written down, whether its request is answered, refused, unknown, wrong, or no request at all.
            var home = new Uri(endpoint);
            foreach (var (line, key, status) in ((string, string, int)[])
                [
                    ($"GET /api/runs?take=1&continuation={Query}", OtherKey, 401), ($"GET /api/runs?continuation={Query}", Key, 400), ($"GET /api/runs?{Query}=1", Key, 400),
                    ($"HEAD /?{Query}", Key, 200), ($"GET /none?{Query}", Key, 404), ($"PUT /api/runs?{Query}", Key, 405), ($"GET /api/../runs?{Query}", Key, 400),
                    ($"GET /api/runs%00?{Query}", Key, 400), ($"GET /api/ru\u00e4ns?{Query}", Key, 400), ($"G@T /api/runs?{Query}", Key, 400), ($"GET api/runs?{Query}", Key, 400),
                    ($"GET /api/runs?search={Query}{new string('x', 9000)}", Key, 414),
                ])
            {
                var answer = await RawRequest.SendAsync(home, $"{line} HTTP/1.1\r\nHost: {home.Authority}\r\nx-medqa-key: {key}\r\nConnection: close\r\n\r\n", Cancel);
                Assert.True(answer.Status == status, $"{line[..Math.Min(80, line.Length)]}: {answer.Text}");
            }
        }

        server.Kill();
        await server.WaitForExitAsync(Cancel);
        written.Append(await output).Append(await notices);
        Assert.Contains("GET /api/runs: 401 after ", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("Activity.DisplayName:        answer question", written.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await DoAsync("doctor"));
        Assert.Equal(0, await DoAsync("verify", "latest", "--questions", "1"));
        Assert.Equal(1, await DoAsync("results", "--storage", medqa.ConnectionString.Replace(accountKey, OtherAccountKey, StringComparison.Ordinal)));
        Assert.Equal(1, await DoAsync("results", "--storage", $"{string.Join(';', medqa.ConnectionString.Split(';').Where(static part => part.Contains("Endpoint=", StringComparison.Ordinal)))};SharedAccessSignature=sv=2024-11-04&ss=bqt&srt=sco&sp=r&se=2030-01-01T00:00:00Z&sig={Signature}"));
        Assert.Equal(2, await DoAsync("results", "--storage", $"AccountKey={OtherAccountKey};AccountName=;nonsense"));
        Assert.Equal(1, await DoAsync("doctor", "--storage", $"DefaultEndpointsProtocol=;AccountKey={OtherAccountKey}"));
        Assert.Equal(2, await DoAsync("serve", "--key", Key[..20]));
        Assert.Equal(2, await DoAsync("results", "--token", $"{Token} with a blank"));

        var all = written.ToString();
        foreach (var secret in (string[])[Key, Key[..8], OtherKey, Query, "url.query", Token, accountKey, OtherAccountKey, Signature, Uri.EscapeDataString(accountKey), "SharedKey ", "AccountKey="])
        {
            Assert.False(all.Contains(secret, StringComparison.Ordinal), $"'{secret}' was written: {Around(all, secret)}");
        }

        // What is asked, and how the small model reasons.
        var questions = File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Skip(1).Take(3).Select(static line => line.Split(',')[2]).ToList();
        Assert.All(questions, static question => Assert.True(question.Length > 5, question));
        foreach (var text in (string[])[.. questions, "Carefully", "Quickly", "Slowly", "Explanation:"])
        {
            Assert.False(all.Contains(text, StringComparison.OrdinalIgnoreCase), $"'{text}' was written: {Around(all, text)}");
        }

        async Task<int> DoAsync(params string[] arguments)
        {
            var (code, said, noted) = await medqa.RunAsync(arguments);
            written.Append(said).Append(noted);
            return code;
        }
    }

    private static string PartOf(string connectionString, string name) => connectionString.Split(';').Single(part => part.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string Around(string text, string part) => text.IndexOf(part, StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 200)] : "";
}

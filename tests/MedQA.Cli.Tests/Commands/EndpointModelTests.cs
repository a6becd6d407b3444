using System.Text.RegularExpressions;
using MedQA.Endpoints.Settings;
using MedQA.Testing.Loopback;

namespace MedQA.Cli.Tests.Commands;

/// <summary>Models behind an endpoint, through the command line: the service is a server of this process.</summary>
public sealed partial class EndpointModelTests
{
    private const string Key = "sk-this-must-be-nowhere-0123456789";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_is_confirmed_once_and_a_run_says_where_it_went_and_what_it_cost_and_keeps_the_key_out_of_everything()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var cache = Path.Combine(medqa.Folder, "cache");
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { Credential = Key });
        var model = await ModelAsync(
            medqa, server, """ "authentication": {"environmentVariable": "LOOPBACK_KEY"}, "prices": {"input": 10, "output": 100, "currency": "EUR"} """);
        medqa.Variables["LOOPBACK_KEY"] = Key;
        var confirmations = Path.Combine(cache, "confirmed-endpoints.txt");
        string[] asked = ["run", medqa.Sums(4), "--model", model, "--profile", "few-shot"];

        // The emulator of this machine is installed in the usual folder: only what is confirmed is looked for elsewhere.
        Directory.CreateDirectory(cache);
        foreach (var installed in Directory.EnumerateDirectories(MedQA.Azurite.AzuriteOptions.DefaultCacheFolder!, "azurite-*"))
        {
            Directory.CreateSymbolicLink(Path.Combine(cache, Path.GetFileName(installed)), installed);
        }

        medqa.Variables["MEDQA_CACHE"] = cache;
        var (code, _, refused) = await medqa.RunAsync(asked);
        Assert.Equal(2, code);
        Assert.Contains($"all questions of its runs are sent to {server.Address}, with the key in the environment variable LOOPBACK_KEY", refused, StringComparison.Ordinal);
        Assert.EndsWith("Confirm that once with --yes.", refused.TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(server.Exchanges);
        Assert.False(File.Exists(confirmations));

        (code, _, var notices) = await medqa.RunAsync([.. asked, "--yes", "--log", "debug"]);
        Assert.Equal(0, code);
        Assert.Equal(4, server.Exchanges.Count);
        var results = (await medqa.JsonAsync("results")).GetProperty("runs")[0];
        Assert.Equal((server.Address.Authority, "EUR"), (results.GetProperty("host").GetString(), results.GetProperty("currency").GetString()));
        Assert.Equal(
            server.Exchanges.Sum(static exchange => (exchange.PromptTokens * 10) + (exchange.CompletionTokens * 100)) / 1e6,
            results.GetProperty("cost").GetDouble(),
            1e-9);

        (code, var again, _) = await medqa.RunAsync("models", "check", model);
        Assert.Equal(0, code);
        Assert.Contains("loopback-2026-01-01", again, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, refused + notices + again, StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(medqa.Folder, "*", SearchOption.AllDirectories).Where(static file => !file.Contains("azurite-", StringComparison.Ordinal)),
            static file => Assert.DoesNotContain(Key, ReadShared(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_waits_for_approval_ends_where_nobody_can_give_it_and_is_resumed_with_its_own_model()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript());
        var model = await ModelAsync(medqa, server, """ "prices": {"input": 10, "output": 100, "currency": "EUR"} """);

        // Nothing that is for this machine goes through a proxy; this one takes no connection.
        foreach (var name in (string[])["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
        {
            medqa.Variables[name] = "http://127.0.0.1:9";
        }

        var (code, _, told) = await medqa.RunAsync(
            "run", medqa.Sums(4), "--model", model, "--profile", "few-shot", "--max-cost", "0.0001", "--yes");

        Assert.True(code == 4, told);
        Assert.Matches(
            "waits: The run can cost up to [0-9.]+ EUR; more than 0.0001 EUR needs approval.\\s.*"
                + "medqa: Run (\\w{16}) waits for approval: `medqa approve \\1`, then `medqa resume \\1`.",
            told.ReplaceLineEndings(" "));
        Assert.Empty(server.Exchanges);
        Assert.True((await medqa.JsonAsync("results")).GetProperty("runs")[0].GetProperty("needsApproval").GetBoolean());

        Assert.Equal(0, (await medqa.RunAsync("approve", "latest")).Code);
        (code, _, told) = await medqa.RunAsync("resume", "latest");
        Assert.True(code == 2, told);
        Assert.Contains("requires model behind, but this is reasoner", told, StringComparison.Ordinal);
        Assert.EndsWith(" --model behind`.", told.TrimEnd(), StringComparison.Ordinal);

        (code, _, told) = await medqa.RunAsync("resume", "--model", "behind");
        Assert.True(code == 0, told);
        Assert.Equal(4, server.Exchanges.Count);
    }

    [Fact]
    public async Task A_process_that_is_killed_costs_at_most_the_questions_in_flight()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var answered = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new LoopbackChatScript
        {
            Delay = TimeSpan.FromMilliseconds(400),
            FaultOf = _ =>
            {
                if (Interlocked.Increment(ref answered) == 12)
                {
                    enough.TrySetResult();
                }

                return ChatFault.None;
            },
        };
        await using var server = LoopbackChatServer.Start(script);
        var model = await ModelAsync(medqa, server, """ "limits": {"concurrency": 4} """);
        string[] run = ["run", medqa.Sums(24), "--model", model, "--profile", "few-shot", "--yes"];
        var first = medqa.Start(run);
        await enough.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        first.Kill();
        await first.WaitForExitAsync(Cancel);

        var (code, _, _) = await medqa.RunAsync(run);

        Assert.Equal(0, code);
        var results = (await medqa.JsonAsync("results")).GetProperty("runs")[0];
        Assert.Equal((24, 0), (results.GetProperty("done").GetInt32(), results.GetProperty("failed").GetInt32()));
        var asked = server.Exchanges.GroupBy(static exchange => exchange.Request.LastMessage).ToList();
        Assert.Equal(24, asked.Count);
        var twice = asked.Count(static question => question.Count() > 1);
        Assert.InRange(twice, 0, 4);
        Assert.InRange(results.TryGetProperty("lostRequests", out var lost) ? lost.GetInt32() : 0, twice, 4);
    }

    [Fact]
    public void The_document_s_examples_can_be_used()
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "models.md"));
        var examples = Examples().Matches(document).Select(static match => match.Value).Where(static json => json.Contains("\"address\"", StringComparison.Ordinal)).ToList();

        Assert.Equal(4, examples.Count);
        var folder = Directory.CreateTempSubdirectory("medqa-example-").FullName;
        Assert.All(examples, example =>
        {
            File.WriteAllText(Path.Combine(folder, EndpointFile.FileName), example);
            Assert.NotEmpty(EndpointFile.Read(folder).Describe().Endpoint!.Host);
        });
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> ModelAsync(MedqaProcess medqa, LoopbackChatServer server, string more)
    {
        var folder = Directory.CreateDirectory(Path.Combine(medqa.Folder, "behind")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, EndpointFile.FileName), server.EndpointJson(more), Cancel);
        return folder;
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    [GeneratedRegex("(?<=```json\n).*?(?=```)", RegexOptions.Singleline)]
    private static partial Regex Examples();
}

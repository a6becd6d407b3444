using System.IO.Compression;
using System.Text.Json.Nodes;

namespace MedQA.Cli.Tests.Commands;

/// <summary>A data folder that an earlier release has written (tests/references/earlier-release), opened by the tool as it is: everything is there, says the same, and goes on.</summary>
public sealed class EarlierReleaseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_earlier_release_stored_is_listed_shown_exported_verified_and_not_continued()
    {
        await using var medqa = await UnpackedAsync();
        await using var held = await medqa.HoldStorageAsync();

        await AssertListedAsync(medqa);
        var three = RunOf("sums.csv sums-3");

        // A report, word for word: what was stored is shown.
        Same(JsonNode.Parse(await File.ReadAllBytesAsync(Reference("result.json"), Cancel))!, JsonNode.Parse((await medqa.JsonAsync("results", three)).GetRawText())!, "result");
        await VerifyAsync(medqa, three);

        var (exported, files, _) = await medqa.RunAsync("export", three, "--to", "exported");
        Assert.Equal(0, exported);
        Assert.Equal(9, files.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(9, File.ReadLines(Path.Combine(medqa.Folder, "exported", "answers.csv")).Count());
        Assert.Equal(2, File.ReadLines(Path.Combine(medqa.Folder, "exported", "rejected.csv")).Count());

        // Files with everything are made of what was stored then.
        var everything = File.ReadLines(Path.Combine(medqa.Folder, "exported", "answers.jsonl")).Select(static line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(8, everything.Count);
        Assert.All(everything, static line => Assert.NotEmpty((string)line["question"]!["text"]!));

        // The study with its clicks.
        // Its figures are those of the rules that are followed now; earlier releases drew the order from the public seed, and it says so.
        var study = (await medqa.JsonAsync("study", "report", "latest")).GetRawText();
        Assert.Contains("The blinding was computable", study, StringComparison.Ordinal);

        // What was stopped was read by other rules than are followed now: it is shown, not continued.
        await RefuseToResumeAsync(medqa, RunOf("stopped.csv sums-3"));
        await AssertListedAsync(medqa);
    }

    [LongFact]
    public async Task Everything_that_an_earlier_release_stored_is_verified_compared_and_exported()
    {
        await using var medqa = await UnpackedAsync();
        await using var held = await medqa.HoldStorageAsync();
        var (three, one) = (RunOf("sums.csv sums-3"), RunOf("sums.csv sums-1"));

        await VerifyAsync(medqa, one);
        await VerifyAsync(medqa, RunOf("free.csv free"));

        var (compared, comparison, fault) = await medqa.RunAsync("compare", three, one);
        Assert.True(compared == 0, fault);
        Assert.Contains("sums-1", comparison, StringComparison.Ordinal);
        var (replayed, _, _) = await medqa.RunAsync("replay", three);
        Assert.Equal(0, replayed);

        var (ratings, _, _) = await medqa.RunAsync("study", "export", "latest", "--to", "ratings");
        Assert.Equal(0, ratings);
        Assert.True(File.ReadLines(Path.Combine(medqa.Folder, "ratings", "clicks.csv")).Count() > 10);

        // What was deleted stays deleted. What was cancelled is not continued.
        await RefuseToResumeAsync(medqa, RunOf("cancelled.csv sums-3"));
        await AssertListedAsync(medqa);
    }

    private static async Task<MedqaProcess> UnpackedAsync()
    {
        var medqa = new MedqaProcess();
        await ZipFile.ExtractToDirectoryAsync(Reference("data.zip"), Path.Combine(medqa.Folder, ".medqa"), Cancel);
        return medqa;
    }

    /// <summary>What the earlier release listed.</summary>
    private static JsonArray Listed() => JsonNode.Parse(File.ReadAllBytes(Reference("results.json")))!["runs"]!.AsArray();

    /// <summary>The only run of a file and a profile.</summary>
    private static string RunOf(string fileAndProfile) =>
        Assert.Single(Listed().Where(run => $"{run!["name"]} {run["profile"]}" == fileAndProfile).Select(static run => (string)run!["run"]!));

    private static async Task VerifyAsync(MedqaProcess medqa, string run)
    {
        var (verified, said, notices) = await medqa.RunAsync("verify", run, "--questions", "0");
        Assert.True(verified == 0, said + notices);
        Assert.Contains("The run is verified.", said, StringComparison.Ordinal);
    }

    private static async Task RefuseToResumeAsync(MedqaProcess medqa, string run)
    {
        var (resumed, output, told) = await medqa.RunAsync("resume", run);
        Assert.True(resumed == 2, output + told);
        Assert.Contains($"Run {run} uses version 1 of the evaluation rules", told, StringComparison.Ordinal);
    }

    /// <summary>The list has every run with every figure that it had.</summary>
    private static async Task AssertListedAsync(MedqaProcess medqa)
    {
        var (then, now) = (Listed(), JsonNode.Parse((await medqa.JsonAsync("results")).GetRawText())!["runs"]!.AsArray());
        Assert.Equal(5, then.Count);
        Same(then, now, "runs");
    }

    /// <summary>Everything that was said then is said now. More may be said.</summary>
    private static void Same(JsonNode? then, JsonNode? now, string path)
    {
        switch (then)
        {
            case JsonObject before:
                foreach (var (name, value) in before)
                {
                    Same(value, now?[name], $"{path}.{name}");
                }

                break;
            case JsonArray before:
                Assert.True(now is JsonArray after && after.Count == before.Count, $"{path}: {then.ToJsonString()} has become {now?.ToJsonString()}");
                for (var index = 0; index < before.Count; index++)
                {
                    Same(before[index], now![index], $"{path}[{index}]");
                }

                break;
            default:
                Assert.True(JsonNode.DeepEquals(then, now), $"{path}: {then?.ToJsonString()} has become {now?.ToJsonString()}");
                break;
        }
    }

    private static string Reference(string name) => Repository.PathOf("tests", "references", "earlier-release", name);
}

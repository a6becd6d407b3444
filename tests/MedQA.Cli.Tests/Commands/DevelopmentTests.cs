namespace MedQA.Cli.Tests.Commands;

public sealed class DevelopmentTests
{
    [Fact]
    public async Task A_development_file_is_asked_first_and_its_guarantee_stands_with_the_run_and_again_with_results()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (dev, test, profile) = (medqa.Sums(3, "dev.csv"), medqa.Sums(5, "test.csv"), medqa.Profile(samples: 3));

        var (code, table, notices) = await medqa.RunAsync("run", test, "--profile", profile, "--dev", dev);
        Assert.True(code == 0, notices);

        // Three answers are too few for any guarantee, and that is said; so is that both files ask them.
        Assert.Contains("asked 3 of this run's 5 questions too", string.Join(' ', table.Split(['│', ' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains("dev.csv", table[..table.IndexOf("test.csv", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Single(table.Split("Guarantee").Skip(1));
        var runs = (await medqa.JsonAsync("results")).GetProperty("runs");
        Assert.Equal(2, runs.GetArrayLength());
        var (asked, first) = (NameOf("test.csv"), NameOf("dev.csv"));

        var shown = await medqa.JsonAsync("results", asked, "--dev", first);
        var guarantee = shown.GetProperty("report").GetProperty("guarantee");
        Assert.Equal("dev.csv", guarantee.GetProperty("development").GetString());
        Assert.Equal((0.9, 0.95), (guarantee.GetProperty("targetAccuracy").GetDouble(), guarantee.GetProperty("confidence").GetDouble()));
        Assert.False(guarantee.TryGetProperty("threshold", out _));

        await medqa.RunAsync("export", first, "--to", "dev");
        var (_, markdown, _) = await medqa.RunAsync("results", asked, "--markdown", "--dev", Path.Combine("dev", "report.json"), "--html", "with.html");
        Assert.Contains("Deferral with a guarantee", await File.ReadAllTextAsync(Path.Combine(medqa.Folder, "with.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("## Deferral with a guarantee", markdown, StringComparison.Ordinal);

        string NameOf(string file) => runs.EnumerateArray().Single(run => run.GetProperty("name").GetString() == file).GetProperty("run").GetString()!;
    }

    [Theory]
    [InlineData("medqa: --dev applies to one run: specify it.", "results", "--dev", "abc")]
    [InlineData("a threshold chosen on a run's own questions guarantees nothing about them", "run", "sums.csv", "--dev", "sums.csv")]
    [InlineData("medqa: --dev needs a profile with a fixed number of samples above 1, such as deferral: profile few-shot has no agreement to defer by.", "run", "sums.csv", "--profile", "few-shot", "--dev", "abc")]
    public async Task A_guarantee_that_cannot_be_had_is_refused_before_anything_is_asked(string sentence, params string[] arguments)
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        medqa.Sums(2);
        var (code, output, notices) = await medqa.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Contains(sentence, notices, StringComparison.Ordinal);
    }
}

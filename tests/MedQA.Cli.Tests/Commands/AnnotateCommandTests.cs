namespace MedQA.Cli.Tests.Commands;

/// <summary>Names, tags and notes of runs from the command line: real processes.</summary>
public sealed class AnnotateCommandTests(FinishedRuns finished)
{
    [Fact]
    public async Task A_run_is_named_and_found_by_its_name_and_tags_and_a_copied_folder_keeps_them()
    {
        await using var medqa = new MedqaProcess();
        var (first, second) = await finished.CopyToAsync(medqa);
        await using (await medqa.HoldStorageAsync())
        {
            var made = await medqa.JsonAsync("annotate", first, "--name", "=Baseline", "--tag", "paper", "--tag", "table 2", "--note", "Checked twice.");
            Assert.Equal("""{"displayName":"=Baseline","tags":["paper","table 2"],"note":"Checked twice."}""", made.GetRawText());
            var changed = await medqa.JsonAsync("annotate", first, "--remove-tag", "TABLE 2", "--note", "");
            Assert.Equal("""{"displayName":"=Baseline","tags":["paper"]}""", changed.GetRawText());

            Assert.Equal([first], await ListedAsync(medqa, "--search", "baseline"));
            Assert.Equal([first], await ListedAsync(medqa, "--tag", "Paper"));
            Assert.Equal([first, second], await ListedAsync(medqa, "--order", "oldest", "--filter", "completed"));
            var (_, table, _) = await medqa.RunAsync("results");
            Assert.Contains("=Baseline", table, StringComparison.Ordinal);
            var (_, csv, _) = await medqa.RunAsync("results", "--output", "csv");
            Assert.Contains(",'=Baseline,paper,", csv, StringComparison.Ordinal);
            var (_, none, _) = await medqa.RunAsync("results", "--tag", "absent");
            Assert.Contains("No run is like this.", none, StringComparison.Ordinal);

            var (refused, _, limit) = await medqa.RunAsync("annotate", first, "--name", new string('n', 101));
            Assert.Equal(2, refused);
            Assert.Contains("at most 100 characters, and this one has 101", limit, StringComparison.Ordinal);
            var (both, _, why) = await medqa.RunAsync("results", first, "--tag", "paper");
            Assert.Equal(2, both);
            Assert.Contains("Omit the run", why, StringComparison.Ordinal);
        }

        await using var other = new MedqaProcess();
        MedqaProcess.Copy(Path.Combine(medqa.Folder, ".medqa"), Path.Combine(other.Folder, ".medqa"));
        Assert.Equal([first], await ListedAsync(other, "--search", "baseline paper"));
        Assert.Equal("""{"displayName":"=Baseline","tags":["paper"]}""", (await other.JsonAsync("annotate", first)).GetRawText());
    }

    private static async Task<string[]> ListedAsync(MedqaProcess medqa, params string[] options) =>
        [.. (await medqa.JsonAsync(["results", .. options])).GetProperty("runs").EnumerateArray().Select(static run => run.GetProperty("run").GetString()!)];
}

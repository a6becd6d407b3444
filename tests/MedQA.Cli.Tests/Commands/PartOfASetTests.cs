namespace MedQA.Cli.Tests.Commands;

/// <summary>Runs of a part of a question set, and what is left when one is deleted.</summary>
public sealed class PartOfASetTests
{
    [Fact]
    public async Task The_first_questions_and_a_sample_are_runs_of_their_own_that_say_so_and_are_deleted_only_when_that_is_confirmed()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (sums, profile) = (medqa.Sums(8), medqa.Profile(samples: 1));

        var (code, table, notices) = await medqa.RunAsync("run", sums, "--profile", profile, "--limit", "3");
        Assert.True(code == 0, notices);
        Assert.Contains("Note: Only the file's first 3 usable questions are asked.", table, StringComparison.Ordinal);

        (code, table, notices) = await medqa.RunAsync("run", sums, "--profile", profile, "--sample", "3");
        Assert.True(code == 0, notices);
        Assert.Contains("Note: A random sample of 3 of the file's 8 usable questions is asked.", table, StringComparison.Ordinal);
        var runs = (await medqa.JsonAsync("results")).GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal([3, 3], runs.Select(static run => run.GetProperty("questions").GetInt32()));

        (code, _, notices) = await medqa.RunAsync("run", sums, "--limit", "3", "--sample", "3");
        Assert.Equal((2, "medqa: --sample and --limit are both given. Use one of them."), (code, notices.Trim()));

        // In a shell, the sign is an argument of its own.
        (code, table, notices) = await medqa.RunAsync("run", sums, "--profile", profile, "--limit", "3", "--until", "±2", "%");
        Assert.True(code == 0, notices);
        Assert.Contains("Note: The run was to stop once the 95 % interval of its accuracy is within ±2 points, and asked all questions", table, StringComparison.Ordinal);
        Assert.Equal(0, (await medqa.RunAsync("delete", "latest", "--yes")).Code);

        (code, _, notices) = await medqa.RunAsync("delete", "latest");
        Assert.Equal(2, code);
        Assert.Matches(@"Run \w{16} \(sums\.csv\) with 3 answers will be deleted\. This cannot be undone\. Confirm that with --yes\.", notices);
        Assert.Equal(2, (await medqa.JsonAsync("results")).GetProperty("runs").GetArrayLength());

        Assert.Equal(0, (await medqa.RunAsync("delete", "latest", "--yes")).Code);
        Assert.Equal(1, (await medqa.JsonAsync("results")).GetProperty("runs").GetArrayLength());
    }
}

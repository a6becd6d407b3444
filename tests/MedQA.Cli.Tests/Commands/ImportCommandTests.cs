namespace MedQA.Cli.Tests.Commands;

public sealed class ImportCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_that_keeps_no_question_writes_nothing_and_says_the_first_reason()
    {
        await using var medqa = new MedqaProcess();
        var (set, target) = (Path.Combine(medqa.Folder, "within.csv"), Path.Combine(medqa.Folder, "out.csv"));
        await File.WriteAllTextAsync(set, "question,answer\n\"Why?\nA. yes\nB. no\",A\n\"How?\nA. so\nB. so\",B\n", Cancel);

        var (code, _, notices) = await medqa.RunAsync(["import", set, "--to", target]);

        Assert.Equal(2, code);
        Assert.Contains($"{set}, line 2: The question's text contains its options;", notices, StringComparison.Ordinal);
        Assert.Contains("None of the 2 rows can be used, so nothing was written; this is the first.", notices, StringComparison.Ordinal);
        Assert.Equal(["within.csv"], Directory.GetFiles(medqa.Folder, "*.csv").Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(false, "Which?,,yes,no,N/A,A")]
    [InlineData(true, "Which?,,yes,no,A")]
    public async Task Last_options_that_fill_a_place_are_left_out_by_an_option_and_notes_are_shown(bool drops, string row)
    {
        await using var medqa = new MedqaProcess();
        var (set, target) = (Path.Combine(medqa.Folder, "filled.csv"), Path.Combine(medqa.Folder, "out.csv"));
        await File.WriteAllBytesAsync(set, [.. "question,option_a,option_b,option_c,answer,note\nWhich?,yes,no,N/A,A,caf"u8, 0xE9, .. "\n"u8], Cancel);

        var (code, _, notices) = await medqa.RunAsync(["import", set, "--to", target, .. drops ? ["--drop-fillers"] : Array.Empty<string>()]);

        Assert.True(code == 0, notices);
        Assert.Contains($"{set}: The file is not UTF-8; it is read as Windows-1252", notices, StringComparison.Ordinal);
        Assert.Contains(row, await File.ReadAllTextAsync(target, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_chooses_among_options_refuses_a_set_without_any_before_the_model_is_loaded()
    {
        await using var medqa = new MedqaProcess();
        var set = Path.Combine(medqa.Folder, "free.csv");
        await File.WriteAllTextAsync(set, "question\nWhat is asthma?\n", Cancel);

        var (code, _, notices) = await medqa.RunAsync(["run", set, "--profile", "few-shot", "--model", Path.Combine(medqa.Folder, "none")]);

        Assert.Equal(2, code);
        Assert.Contains($"{set}: none of the 1 questions has options, which profile few-shot (few-shot) chooses among; ask them with profile long-form", notices, StringComparison.Ordinal);
    }
}

using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace MedQA.Cli.Tests.Commands;

public sealed class OverlapCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_of_a_file_are_found_in_a_folder_of_training_text_without_a_storage()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        await File.WriteAllTextAsync(
            Path.Combine(medqa.Folder, "set.csv"),
            "id,question,option_a,option_b,answer\nquoted,\"He says \"\"it hurts\"\" at night, and asks: what is it?\",x,y,A\npacked,Which nerve leaves the skull through the stylomastoid foramen?,x,y,B\nnew,Which of these two was never printed anywhere before?,x,y,A\nshort,Why?,x,y,A\n",
            Cancel);
        var training = Directory.CreateDirectory(Path.Combine(medqa.Folder, "training", "deep")).FullName;
        await File.WriteAllTextAsync(Path.Combine(training, "books.jsonl"), JsonSerializer.Serialize(new { text = "Case 1.\nHe says \"it hurts\"\n  at night, and asks: what is it?" }) + "\n", Cancel);
        await using (var packed = new GZipStream(File.Create(Path.Combine(training, "exams.txt.gz")), CompressionLevel.Fastest))
        {
            await packed.WriteAsync(Encoding.UTF8.GetBytes("12. Which nerve leaves the skull through the stylomastoid foramen?"), Cancel);
        }

        await File.WriteAllBytesAsync(Path.Combine(training, "weights.bin"), [1, 0, 2, 0], Cancel);

        var (code, output, notices) = await medqa.RunAsync("overlap", "set.csv", "--with", "training", "--output", "json");

        Assert.True(code == 0, notices);
        var report = JsonElement.Parse(output);
        Assert.Equal(["quoted", "packed"], report.GetProperty("questions").EnumerateArray().Select(static question => question.GetProperty("question").GetString()));
        Assert.Equal((3, 1), (report.GetProperty("lookedFor").GetInt32(), report.GetProperty("tooShort").GetInt32()));
        Assert.Contains("weights.bin: skipped, not a text.", notices, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(medqa.Folder, ".medqa")));
    }

    [Fact]
    public async Task A_run_has_its_accuracy_with_and_without_the_questions_that_overlap()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        await File.WriteAllLinesAsync(
            Path.Combine(medqa.Folder, "sums.csv"),
            ["question,option_a,option_b,option_c,option_d,answer", .. Enumerable.Range(2, 4).Select(static number => $"What is {number}+{number}? It is asked for sum number {number}.,{number},{2 * number},7,9,B")],
            Cancel);
        await medqa.JsonAsync("run", "sums.csv", "--profile", medqa.Profile(samples: 3));
        await File.WriteAllTextAsync(Path.Combine(medqa.Folder, "text.txt"), "Sums that were printed: What is 3+3? It is asked for sum number 3.", Cancel);

        var report = await medqa.JsonAsync("overlap", "--run", "latest", "--with", "text.txt");
        Assert.Equal((4, 1, 3), (Scored("all"), Scored("overlapping"), Scored("others")));

        var (code, markdown, notices) = await medqa.RunAsync("overlap", "sums.csv", "--run", "latest");
        Assert.True(code == 0, notices);
        Assert.Contains("# Overlap with training text", markdown, StringComparison.Ordinal);
        Assert.Contains("| overlapping | 0/0 |", markdown, StringComparison.Ordinal);

        int Scored(string part) => report.GetProperty(part).GetProperty("scored").GetInt32();
    }

    [Theory]
    [InlineData("medqa: Specify a question set, or a run with --run.", "overlap")]
    [InlineData("medqa: No such file or folder: nowhere.", "overlap", "set.csv", "--with", "nowhere")]
    public async Task What_is_missing_is_named(string sentence, params string[] arguments)
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (code, _, notices) = await medqa.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith(sentence, notices, StringComparison.Ordinal);
    }
}

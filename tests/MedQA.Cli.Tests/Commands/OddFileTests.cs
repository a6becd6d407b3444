using System.CommandLine;
using System.Diagnostics;
using MedQA.Cli.Commands;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Tests.Commands;

/// <summary>Pipes, devices, sockets and folders where a command expects a file: each is refused with a sentence, or, where a shell gives a pipe for a file, read to its end.</summary>
public sealed class OddFileTests
{
    /// <summary>So long nothing takes that does not wait for a pipe.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Every option and argument that names a file or a folder, and how it is tried here.</summary>
    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal)
    {
        ["run FILE"] = "read from a pipe",
        ["run --profile"] = "refused",
        ["run --dev"] = "read from a pipe",
        ["run --map"] = "refused",
        ["estimate FILE"] = "read from a pipe",
        ["estimate --profile"] = "refused",
        ["estimate --map"] = "refused",
        ["profiles save FILE"] = "refused",
        ["import FILE"] = "read from a pipe",
        ["import --to"] = "written",
        ["import --map"] = "refused",
        ["overlap FILE"] = "read from a pipe",
        ["overlap --with"] = "refused",
        ["overlap --map"] = "refused",
        ["results --dev"] = "read from a pipe",
        ["results --html"] = "written",
        ["compare --html"] = "written",
        ["gate --policy"] = "refused",
        ["serve --also"] = "refused",
        ["worker --also"] = "refused",
        ["gate --junit"] = "written",
        ["gate --markdown"] = "written",
        ["replay --html"] = "written",
        ["export --to"] = "written",
        ["study create --answers"] = "read from a pipe",
        ["study create --rubric"] = "read from a pipe",
        ["study create --instructions"] = "read from a pipe",
        ["study create --consent"] = "read from a pipe",
        ["study judge --judge"] = "refused",
        ["study report --html"] = "written",
        ["study export --to"] = "written",
        ["models check --references"] = "refused",
        ["models fetch --to"] = "refused",
        ["medqa --profiles"] = "refused",
        ["medqa --prefixes"] = "refused",
        ["medqa --model"] = "refused",
        ["medqa --graph"] = "refused",
        ["medqa --data"] = "refused",
        ["medqa --cache"] = "refused",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_option_that_names_a_file_is_tried_here()
    {
        var named = new List<string>();
        Collect(CommandLine.Create(), "");
        Assert.Equal(Places.Keys.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));

        void Collect(Command command, string path)
        {
            var own = path.Length == 0 ? "medqa" : path;
            named.AddRange(command.Arguments.Where(static argument => argument.Name == "FILE").Select(argument => $"{own} {argument.Name}"));
            named.AddRange(command.Options
                .Where(static option => option.HelpName is { } name && (name.Contains("FILE", StringComparison.Ordinal) || name.Contains("FOLDER", StringComparison.Ordinal) || name is "RUBRIC" or "MODEL"))
                .Select(option => $"{own} {option.Name}"));
            foreach (var child in command.Subcommands)
            {
                Collect(child, $"{path} {child.Name}".TrimStart());
            }
        }
    }

    [Theory]
    [InlineData("run {csv} --profile {pipe.json}")]
    [LongInlineData("estimate {csv} --profile {pipe.json}")]
    [LongInlineData("profiles save {pipe.json}")]
    [InlineData("gate aaaa --policy {pipe.json}")]
    [InlineData("serve --also {pipe.json}")]
    [LongInlineData("serve --also {model/}", "tokenizer.json")]
    [LongInlineData("worker --also {zero.csv}")]
    [InlineData("study judge latest --judge {pipe.json}")]
    [InlineData("run {csv} --map {pipe.json}")]
    [LongInlineData("estimate {csv} --map {zero.csv}")]
    [LongInlineData("import {csv} --to {new.csv} --map {folder.csv}")]
    [LongInlineData("overlap {csv} --map {socket.csv}")]
    [InlineData("run {zero.csv}")]
    [LongInlineData("run {folder.csv}")]
    [InlineData("run {socket.csv}")]
    [LongInlineData("estimate {zero.csv}")]
    [LongInlineData("import {zero.csv} --to {new.csv}")]
    [LongInlineData("import {folder.csv} --to {new.csv}")]
    [LongInlineData("import {csv} --to {folder.csv}")]
    [InlineData("overlap {csv} --with {pipe.txt}")]
    [LongInlineData("overlap {zero.csv}")]
    [LongInlineData("models check reasoner --references {pipe.json}")]
    [InlineData("profiles show mine --profiles {profiles/}", "mine.json")]
    [LongInlineData("run {csv} --profile mine --profiles {profiles/}", "mine.json")]
    [InlineData("prefixes --prefixes {prefixes/}", "manifest.json")]
    [LongInlineData("doctor --model {model/}", "tokenizer.json")]
    [LongInlineData("models optimize {model/}", "tokenizer.json")]
    [LongInlineData("models check {model/} --references {csv}", "tokenizer.json")]
    [InlineData("run {csv} --profile {profile} --model {model/}", "tokenizer.json")]
    [LongInlineData("run {csv} --profile {profile} --data {csv}", "sums.csv")]
    [InlineData("results", "medqa.json")]
    public async Task What_is_no_file_is_refused_with_a_sentence(string command, string? named = null)
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        await using var medqa = new MedqaProcess();
        string At(string name) => Path.Combine(medqa.Folder, name);
        using var socket = OddFiles.Socket(At("socket.csv"));
        Directory.CreateDirectory(At("folder.csv"));
        OddFiles.Endless(At("zero.csv"));
        OddFiles.Pipe(At("pipe.json"));
        OddFiles.Pipe(At("pipe.txt"));
        OddFiles.Pipe(Path.Combine(Directory.CreateDirectory(At("profiles")).FullName, "mine.json"));
        OddFiles.Pipe(Path.Combine(Directory.CreateDirectory(At("prefixes/mine")).FullName, "manifest.json"));
        if (named == "medqa.json")
        {
            OddFiles.Pipe(At("medqa.json"));
        }

        medqa.ModelCopy("reasoner", "model");
        File.Delete(At("model/tokenizer.json"));
        OddFiles.Pipe(At("model/tokenizer.json"));
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["{csv}"] = medqa.Sums(4), ["{profile}"] = medqa.Profile(samples: 1) };
        string[] arguments = [.. command.Split(' ').Select(word => word is ['{', .., '}'] ? values.GetValueOrDefault(word) ?? At(word[1..^1].TrimEnd('/')) : word)];

        var (code, output, notices) = await medqa.RunAsync(arguments).WaitAsync(Limit, Cancel);
        // A list of prefixes says of each whether it can be used.
        Assert.True(code is 1 or 2 || command.StartsWith("prefixes", StringComparison.Ordinal), $"{code}: {output}{notices}");
        var place = named ?? Path.GetFileName(command.Split(' ').Last(static word => word.StartsWith("{pipe", StringComparison.Ordinal) || word.StartsWith("{zero", StringComparison.Ordinal) || word.StartsWith("{folder", StringComparison.Ordinal) || word.StartsWith("{socket", StringComparison.Ordinal))[1..^1]);
        Assert.Contains(place, (output + notices).Replace("│", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_set_out_of_a_pipe_is_asked_like_a_file()
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var profile = medqa.Profile(samples: 1);
        var content = await File.ReadAllTextAsync(medqa.Sums(4), Cancel);
        var pipe = OddFiles.Pipe(Path.Combine(medqa.Folder, "piped.csv"));
        foreach (var command in (string[][])
        [
            ["import", pipe, "--to", Path.Combine(medqa.Folder, "imported.csv")],
            ["estimate", pipe, "--profile", profile, "--measure", "1"],
            ["overlap", pipe],
            ["run", pipe, "--profile", profile],
        ])
        {
            var feeding = OddFiles.FeedAsync(pipe, content);
            var (code, output, notices) = await medqa.RunAsync(command).WaitAsync(Limit, Cancel);
            Assert.True(code == 0, $"{command[0]}: {code}: {output}{notices}");
            Assert.Contains($"Reading {pipe}, a pipe, until its writer ends…", notices, StringComparison.Ordinal);
            await feeding;
        }

        Assert.Equal(5, File.ReadLines(Path.Combine(medqa.Folder, "imported.csv")).Count());
        var runs = await medqa.JsonAsync("results");
        var run = Assert.Single(runs.GetProperty("runs").EnumerateArray());
        Assert.Equal(("piped.csv", 4, "completed"), (run.GetProperty("name").GetString(), run.GetProperty("done").GetInt32(), run.GetProperty("state").GetString()));
    }

    [Theory]
    [LongInlineData("medqa run <(cat sums.csv) --profile {0} --output json --quiet")]
    [LongInlineData("cat sums.csv | medqa run /dev/stdin --profile {0} --output json --quiet")]
    [LongInlineData("medqa run /dev/stdin --profile {0} --output json --quiet < sums.csv")]
    public async Task A_shell_can_give_a_question_set_in_every_way_that_it_has(string line)
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        await using var medqa = new MedqaProcess();
        medqa.Sums(4);
        var start = new ProcessStartInfo("bash", ["-c", $"medqa() {{ dotnet {typeof(ExitCode).Assembly.Location} \"$@\"; }}; {string.Format(System.Globalization.CultureInfo.InvariantCulture, line, medqa.Profile(samples: 1))}"]);
        var (code, output, notices) = await medqa.RunAsync(start).WaitAsync(Limit, Cancel);
        Assert.True(code == 0, $"{code}: {output}{notices}");
        Assert.Contains("\"done\":4", output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_study_is_made_of_may_come_out_of_pipes()
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        await using var medqa = new MedqaProcess();
        string At(string name) => Path.Combine(medqa.Folder, name);
        (string Option, string Name, string Content)[] pieces =
        [
            ("--answers", "one.csv", "question,answer\nWhat?,That.\n"),
            ("--answers", "two.csv", "question,answer\nWhat?,This.\n"),
            ("--rubric", "rubric.json", await File.ReadAllTextAsync(Repository.PathOf("rubrics", "lay-2.json"), Cancel)),
            ("--instructions", "instructions.txt", "Read."),
            ("--consent", "consent.txt", "I agree."),
        ];
        var feeding = pieces.Select(piece => OddFiles.FeedAsync(OddFiles.Pipe(At(piece.Name)), piece.Content)).ToList();
        var (code, output, notices) = await medqa.RunAsync(["study", "create", "--raters", "2", .. pieces.SelectMany(piece => (string[])[piece.Option, At(piece.Name)])]).WaitAsync(Limit, Cancel);
        Assert.True(code == 0, $"{code}: {output}{notices}");
        await Task.WhenAll(feeding);

        (code, output, notices) = await medqa.RunAsync("study", "create", "--raters", "2", "--answers", medqa.Sums(1), "--rubric", "/dev/zero").WaitAsync(Limit, Cancel);
        Assert.Equal(2, code);
    }

    [Fact]
    public async Task A_question_set_may_be_called_whatever_a_file_can_be_called()
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var (lengthy, tab, line, query) = ($"{new string('n', 230)}.csv", "ta\tb.csv", "li\nne.csv", "größe a&b=c#d?%20 +.csv");
        string[] sets = [medqa.Sums(1, lengthy), medqa.Sums(2, tab), medqa.Sums(3, line), medqa.Sums(4, query)];

        var (code, output, notices) = await medqa.RunAsync(["run", .. sets, "--profile", medqa.Profile(samples: 1)]).WaitAsync(Limit, Cancel);

        Assert.True(code == 0, $"{code}: {output}{notices}");
        Assert.Equal(
            [lengthy, tab, line, query],
            (await medqa.JsonAsync("results")).GetProperty("runs").EnumerateArray().Select(static run => run.GetProperty("name").GetString()!).Reverse());
    }

    [Fact]
    public async Task Files_of_answers_that_are_longer_than_a_request_are_refused()
    {
        await using var medqa = new MedqaProcess();
        var answers = Path.Combine(medqa.Folder, "answers.csv");
        await using (var file = File.CreateText(answers))
        {
            await file.WriteLineAsync("question,answer,comment");
            for (var row = 0; row < 160; row++)
            {
                await file.WriteLineAsync($"Why {row}?,Because.,{new string('z', 1_000_000)}");
            }
        }

        var (code, output, notices) = await medqa.RunAsync("study", "create", "--raters", "2", "--answers", answers).WaitAsync(Limit, Cancel);

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"medqa: --answers {answers}: the files of answers contain 160,0", notices, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(medqa.Folder, ".medqa")));
    }
}

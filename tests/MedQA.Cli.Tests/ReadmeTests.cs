using System.Text.RegularExpressions;
using MedQA.Cli.Hub;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Web.Routing;

namespace MedQA.Cli.Tests;

/// <summary>The README and the documents say what the code does.</summary>
public sealed partial class ReadmeTests
{
    private const int MaxLines = 120;
    private const int MaxColumns = 100;

    private static readonly string Text = File.ReadAllText(Repository.PathOf("README.md"));

    /// <summary>Every Markdown file of the repository that people read, but for those within src and tests.</summary>
    public static TheoryData<string> Documents => [.. new[] { ".", "docs", "samples", "models", "exemplars", ".github" }
        .SelectMany(static folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.md"))
        .Select(static path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))];

    [Fact]
    public void The_readme_is_read_in_a_minute()
    {
        var lines = Text.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 1, MaxLines);
        Assert.All(lines, static line => Assert.True(line.Length <= MaxColumns, line));
    }

    [Fact]
    public void Every_setting_stands_in_its_table()
    {
        var text = Document("configuration.md");
        Assert.All(Setting.All, setting => Assert.Contains($"| `{setting.Option}` | `{setting.Variable}` | {setting.Meaning} |", text, StringComparison.Ordinal));
        foreach (var setting in Setting.All.Where(static setting => setting.IsPersonal))
        {
            Assert.Contains($"`{setting.Name}`", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_route_is_mentioned()
    {
        var text = Document("api.md");
        Assert.All(ApiRoutes.All, route =>
        {
            var last = route.Path[(route.Path.LastIndexOf('/') + 1)..];
            Assert.True(text.Contains($"{route.Method} /{route.Path}", StringComparison.Ordinal) || text.Contains($"/{last}`", StringComparison.Ordinal), $"{route.Method} /{route.Path}");
        });
    }

    [Fact]
    public void The_two_commands_stand_in_it_and_every_exit_code_in_its_table()
    {
        Assert.Contains("    dotnet run --project src/MedQA.Cli -c Release -- run samples/medqa.csv\n", Text, StringComparison.Ordinal);
        Assert.Contains("    dotnet test MedQA.Functions.sln -c Release\n", Text, StringComparison.Ordinal);
        var codes = Document("cli.md");
        codes = codes[codes.IndexOf("## Exit codes", StringComparison.Ordinal)..];
        Assert.All((int[])[ExitCode.Success, ExitCode.Failure, ExitCode.BadInput, ExitCode.SomeFailed, ExitCode.Stopped], code => Assert.Contains($"| {code} | ", codes, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_model_that_is_recommended_can_be_asked_for()
    {
        var commands = FetchCommands().Matches(Document("models.md"));
        Assert.Equal(3, commands.Count);
        Assert.All(commands, static command =>
        {
            Assert.True(HubModel.TryParse(command.Groups["model"].Value, out _));
            Assert.EndsWith(".onnx", command.Groups["graph"].Value, StringComparison.Ordinal);
        });
        Assert.Contains("    medqa models fetch ", Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_that_a_document_links_to_is_there(string document)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(document))!;
        var links = Links().Matches(File.ReadAllText(Repository.PathOf(document))).Select(static link => link.Groups["path"].Value);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(folder, link)), link));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_of_the_repository_that_a_document_names_is_there(string document)
    {
        var paths = Paths().Matches(File.ReadAllText(Repository.PathOf(document))).Select(static path => path.Groups["path"].Value);

        // What a build makes is not there before it.
        Assert.All(paths.Where(static path => !path.Contains("/bin/", StringComparison.Ordinal)), static path => Assert.True(Path.Exists(Repository.PathOf(path)), path));
    }

    [Fact]
    public void Every_document_is_reached_from_the_readme() =>
        Assert.All(
            Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(static path => Path.GetFileName(path)),
            static name => Assert.Contains($"](docs/{name}", Text, StringComparison.Ordinal));

    [Fact]
    public void Every_test_that_the_document_on_security_names_is_there()
    {
        var tests = string.Concat(Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = TestNames().Matches(Document("security.md")).Select(static match => match.Groups["name"].Value).Distinct().ToList();
        Assert.True(named.Count > 30, $"Only {named.Count} names were read.");
        Assert.All(named, name => Assert.Contains(name, tests, StringComparison.Ordinal));
    }

    private static string Document(string name) => File.ReadAllText(Repository.PathOf("docs", name));

    [GeneratedRegex(@"`(?<name>[A-Z]\w+_\w*|\w+Tests)…?`", RegexOptions.NonBacktracking)]
    private static partial Regex TestNames();

    [GeneratedRegex("`medqa models fetch (?<model>\\S+) --graph (?<graph>\\S+)`", RegexOptions.NonBacktracking)]
    private static partial Regex FetchCommands();

    [GeneratedRegex(@"\]\((?<path>[^):#]+)(#[^):]*)?\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Links();

    [GeneratedRegex(@"(^|[^\w/.:(#-])(?<path>(src|tests|docs|samples|models|exemplars|rubrics|infra|benchmarks|\.ci|\.github|\.devcontainer)(/[\w.-]*\w)+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Paths();
}

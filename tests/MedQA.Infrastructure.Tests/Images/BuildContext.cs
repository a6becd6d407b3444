using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Images;

/// <summary>What a Dockerfile gets from the repository: the files that its COPY lines name and <c>.dockerignore</c> lets through.</summary>
internal sealed partial class BuildContext
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    private readonly (bool Keeps, Regex Pattern)[] _patterns;

    /// <summary>The context of a Dockerfile of <c>infra/docker</c>.</summary>
    public BuildContext(string dockerfile)
    {
        _patterns = [.. File.ReadAllLines(Repository.PathOf(".dockerignore")).Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => (line[0] == '!', PatternOf(line.TrimStart('!'))))];
        var text = File.ReadAllText(Repository.PathOf("infra", "docker", dockerfile));
        Copied = [.. Copies().Matches(text).SelectMany(static copy => copy.Groups["sources"].Value.Split(' ')
            .Select(source => (Resolve(source), copy.Groups["target"].Value)))];
    }

    /// <summary>What is copied, from the repository's root, and where it goes.</summary>
    public IReadOnlyList<(string Source, string Target)> Copied { get; }

    /// <summary>Whether a file of the repository stands at the same place in the image's build.</summary>
    /// <param name="path">From the repository's root, with slashes.</param>
    public bool Has(string path) => LetsThrough(path)
        && Copied.Any(copy => (copy.Source == path && copy.Target == "./" && !path.Contains('/', StringComparison.Ordinal))
            || ((path == copy.Source || path.StartsWith(copy.Source + "/", StringComparison.Ordinal)) && copy.Source == copy.Target));

    /// <summary>
    /// Whether <c>.dockerignore</c> lets a file through: of the patterns that it or a folder above it matches, the last one decides.
    /// </summary>
    public bool LetsThrough(string path) =>
        _patterns.Aggregate(true, (kept, pattern) => pattern.Pattern.IsMatch(path) ? pattern.Keeps : kept);

    /// <summary>Every file that the image is built of, from the repository's root.</summary>
    public IEnumerable<string> Files() => Copied.SelectMany(static copy => FilesOf(copy.Source)).Where(LetsThrough)
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string> FilesOf(string source)
    {
        var root = Repository.PathOf();
        var whole = Repository.PathOf(source.Split('/'));
        return Directory.Exists(whole)
            ? Directory.EnumerateFiles(whole, "*", Everything).Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            : [source];
    }

    private static string Resolve(string source) => source.Replace("${MODEL}", "models/smollm2-135m-instruct", StringComparison.Ordinal);

    private static Regex PatternOf(string glob) => new(
        "^"
        + Regex.Escape(glob).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)
        + "(/.*)?$",
        RegexOptions.NonBacktracking);

    [GeneratedRegex(@"^COPY (--(chown|chmod)=\S+ )?(?<sources>(?!--)[^\n]+) (?<target>\S+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Copies();
}

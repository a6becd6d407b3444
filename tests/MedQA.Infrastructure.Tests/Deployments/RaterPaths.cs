using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>
/// Every path that a rater's browser asks for without signing in: the page, the files that it loads, and the routes that ask for the secret
/// of the rater's link.
/// </summary>
internal static partial class RaterPaths
{
    private const string Page = "rate.html";

    /// <summary>The paths, each with its slash.</summary>
    public static IReadOnlyCollection<string> All { get; } = [.. PagePaths(), .. LinkPaths()];

    private static IEnumerable<string> LinkPaths()
    {
        var rows = Rows().Matches(File.ReadAllText(Repository.PathOf("src", "MedQA.Web", "Routing", "ApiRoutes.cs")));
        return rows.Where(static row => row.Groups["role"].Value == "Rater").Select(static row => $"/{row.Groups["path"].Value}")
            .Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> PagePaths()
    {
        var routes = Rows().Matches(File.ReadAllText(Repository.PathOf("src", "MedQA.Web", "Dashboard", "DashboardRoutes.cs")))
            .ToDictionary(static row => row.Groups["name"].Value, static row => row.Groups["path"].Value);
        var files = new HashSet<string>(StringComparer.Ordinal);
        Load(Page, files);
        Assert.True(files.Count > 2, "The page of raters loads nothing?");
        return files.Where(static file => file != Page).Select(file =>
            $"/{routes["GetRatingPageFile"].Replace("{file}", file, StringComparison.Ordinal)}").Prepend($"/{routes["GetRatingPage"]}");
    }

    /// <summary>
    /// A file and everything that it loads: by an address in markup, a module that a script imports, or a file that a style sheet names.
    /// </summary>
    private static void Load(string file, HashSet<string> known)
    {
        if (!known.Add(file))
        {
            return;
        }

        // Types that a comment imports are there for checks only.
        var text = Comments().Replace(File.ReadAllText(Repository.PathOf("src", "MedQA.Web", "Dashboard", "Files", file)), "");
        foreach (Match named in Path.GetExtension(file) is ".html" ? Addresses().Matches(text) : Imports().Matches(text))
        {
            Load(named.Groups["file"].Value, known);
        }
    }

    [GeneratedRegex(@"new\(""(?<name>\w+)"", ""[A-Z]+"", ""(?<path>[^""]*)"", ApiRole\.(?<role>\w+)", RegexOptions.NonBacktracking)]
    private static partial Regex Rows();

    [GeneratedRegex(@"(src|href)=""/rate/(?<file>[^""]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"(from |import |import\(|url\()['""]?(\./|/rate/)(?<file>[\w.-]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Imports();
}

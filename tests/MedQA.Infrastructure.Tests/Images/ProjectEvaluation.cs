using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace MedQA.Infrastructure.Tests.Images;

/// <summary>A project as MSBuild reads it, without building it.</summary>
internal static class ProjectEvaluation
{
    /// <summary>Kinds of items that are files of a build.</summary>
    private static readonly string[] FileItems = ["Compile", "EmbeddedResource", "Content", "None", "AdditionalFiles",
        "EditorConfigFiles", "GlobalAnalyzerConfigFiles"];

    /// <summary>What was read of projects that are published: the apps refer to the same ones, and to read one takes seconds.</summary>
    private static readonly ConcurrentDictionary<string, Task<IReadOnlyDictionary<string, IReadOnlyList<string>>>> Published =
        new(StringComparer.Ordinal);

    /// <summary>
    /// Every file of the repository that publishing a project reads, with the projects that it refers to: from the repository's root, with
    /// slashes.
    /// </summary>
    public static async Task<IReadOnlySet<string>> FilesAsync(string project)
    {
        var (files, waiting, known) = (new HashSet<string>(StringComparer.Ordinal), new Queue<string>([project]),
            new HashSet<string>([project], StringComparer.Ordinal));
        while (waiting.TryDequeue(out var next))
        {
            files.Add(next);
            files.UnionWith(Imported(next));
            var items = await Published.GetOrAdd(next, static read => ItemsAsync(read, [.. FileItems, "ProjectReference"], "-p:_IsPublishing=true"));
            // What lies below obj the build itself writes: the OpenAPI document.
            files.UnionWith(FileItems.SelectMany(kind => items[kind])
                .Where(static file => !Path.IsPathRooted(file) && !file.Contains("/obj/", StringComparison.Ordinal)
                    && File.Exists(Repository.PathOf(file.Split('/')))));
            foreach (var reference in items["ProjectReference"].Where(known.Add))
            {
                waiting.Enqueue(reference);
            }
        }

        // The SDK looks for it above the project.
        return files.Append("global.json").ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The items of a project by their kinds: files of the repository by their paths, everything else by its name.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ItemsAsync(
        string project, IReadOnlyList<string> kinds, params string[] arguments)
    {
        using var told = await RunAsync(["msbuild", Repository.PathOf(project.Split('/')), $"-getItem:{string.Join(',', kinds)}",
            .. arguments]);
        return kinds.ToDictionary(
            static kind => kind,
            kind => (IReadOnlyList<string>)[.. told.RootElement.GetProperty("Items").GetProperty(kind).EnumerateArray().Select(NameOf)],
            StringComparer.Ordinal);
    }

    /// <summary>Files that a project imports out of the repository, those of MSBuild's own search included.</summary>
    private static IEnumerable<string> Imported(string project)
    {
        var (waiting, known) = (new Queue<string>([project]), new HashSet<string>(StringComparer.Ordinal));
        foreach (var name in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "nuget.config",
            "NuGet.config", "NuGet.Config"])
        {
            var above = Path.GetDirectoryName(project);
            for (var folder = above; folder is not null; folder = folder.Length == 0 ? null : Path.GetDirectoryName(folder))
            {
                var path = Path.Combine(folder, name).Replace('\\', '/');
                if (File.Exists(Repository.PathOf(path.Split('/'))) && known.Add(path))
                {
                    waiting.Enqueue(path);
                }
            }
        }

        while (waiting.TryDequeue(out var next))
        {
            foreach (var import in System.Xml.Linq.XDocument.Load(Repository.PathOf(next.Split('/'))).Descendants("Import")
                .Select(static import => import.Attribute("Project")!.Value))
            {
                var whole = import.Replace("$(MSBuildThisFileDirectory)", "", StringComparison.Ordinal);
                Assert.DoesNotContain("$(", whole, StringComparison.Ordinal);
                var path = Inside(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.PathOf(next.Split('/')))!, whole)))!;
                if (known.Add(path))
                {
                    waiting.Enqueue(path);
                }
            }
        }

        return known;
    }

    private static string NameOf(JsonElement item) =>
        Inside(item.GetProperty("FullPath").GetString()!) is { } path && File.Exists(Repository.PathOf(path.Split('/')))
            ? path
            : item.GetProperty("Identity").GetString()!;

    private static string? Inside(string path)
    {
        var relative = Path.GetRelativePath(Repository.PathOf(), path).Replace('\\', '/');
        return relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }

    private static async Task<JsonDocument> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output} {await errors}");
        return JsonDocument.Parse(output);
    }
}

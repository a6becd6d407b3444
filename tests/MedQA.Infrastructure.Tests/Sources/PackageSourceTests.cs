using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;

namespace MedQA.Infrastructure.Tests.Sources;

/// <summary>Where packages come from, and that what is shipped is pinned.</summary>
public sealed class PackageSourceTests : IDisposable
{
    /// <summary>Shipped projects without a lock file: their packages differ by system and flavour, or by whether they are published.</summary>
    private static readonly string[] Unpinned = ["MedQA.Functions.Inference", "MedQA.Tuning"];

    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-sources-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_shipped_project_has_a_lock_file_but_those_whose_packages_differ()
    {
        foreach (var project in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Where(static path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            var path = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            Assert.Equal(!Unpinned.Contains(Path.GetFileNameWithoutExtension(project)), File.Exists(path));
            if (File.Exists(path))
            {
                using var locked = JsonDocument.Parse(File.ReadAllBytes(path));
                Assert.Equal("net10.0", Assert.Single(locked.RootElement.GetProperty("dependencies").EnumerateObject()).Name);
            }
        }
    }

    [Fact]
    public void The_mapping_takes_every_package_from_one_source_and_names_no_address()
    {
        var root = XDocument.Load(Repository.PathOf("nuget.config")).Root!;
        Assert.Equal("packageSourceMapping", Assert.Single(root.Elements()).Name.LocalName);
        var source = Assert.Single(root.Element("packageSourceMapping")!.Elements());
        Assert.Equal("nuget.org", source.Attribute("key")!.Value);
        Assert.Equal("*", Assert.Single(source.Elements("package")).Attribute("pattern")!.Value);
    }

    /// <summary>Restores a checkout.</summary>
    /// <param name="machine">What sources it has.</param>
    /// <param name="configuration">What its own configuration says, with {0} and {1} for two folders of packages.</param>
    /// <param name="comesFrom">From which of the folders the package comes.</param>
    [Theory]
    [InlineData("as NuGet makes it", """<packageSources><add key="nuget.org" value="{0}"/></packageSources>""", "a")]
    [LongInlineData("a further source", """<packageSources><add key="other" value="{1}" /><add key="nuget.org" value="{0}" /></packageSources>""", "a")]
    [LongInlineData("replaced under its name", """<packageSources><clear /><add key="nuget.org" value="{1}" /></packageSources>""", "b")]
    [LongInlineData("replaced under another name", """<packageSources><clear /><add key="mirror" value="{1}" /></packageSources>""", "b")]
    [InlineData(
        "turned off",
        """<packageSources><add key="nuget.org" value="{0}" /><add key="mirror" value="{1}" /></packageSources><disabledPackageSources><add key="nuget.org" value="true" /></disabledPackageSources>""",
        "b")]
    [LongInlineData(
        "replaced, with a mapping of its own",
        """<packageSources><add key="mirror" value="{1}" /></packageSources><packageSourceMapping><packageSource key="mirror"><package pattern="*" /></packageSource></packageSourceMapping>""",
        "b")]
    public async Task A_clean_checkout_restores_whatever_sources_the_machine_has(string machine, string configuration, string comesFrom)
    {
        const string Package = "meziantou.analyzer";
        var known = Path.Combine(Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"), Package);
        var packed = Directory.EnumerateFiles(known, "*.nupkg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        foreach (var feed in (string[])["a", "b"])
        {
            Directory.CreateDirectory(Path.Combine(_folder, feed));
            packed.ForEach(path => File.Copy(path, Path.Combine(_folder, feed, Path.GetFileName(path))));
        }

        var checkout = Directory.CreateDirectory(Path.Combine(_folder, "checkout")).FullName;
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", "nuget.config"])
        {
            File.Copy(Repository.PathOf(file), Path.Combine(checkout, file));
        }

        await File.WriteAllTextAsync(Path.Combine(checkout, "MedQA.Any.csproj"), """<Project Sdk="Microsoft.NET.Sdk" />""", Cancel);
        var own = Directory.CreateDirectory(Path.Combine(_folder, "home", ".nuget", "NuGet")).FullName;
        var windows = Directory.CreateDirectory(Path.Combine(_folder, "home", "NuGet")).FullName;
        foreach (var place in (string[])[own, windows])
        {
            await File.WriteAllTextAsync(
                Path.Combine(place, "NuGet.Config"),
                $"""<?xml version="1.0" encoding="utf-8"?>{'\n'}<configuration>{configuration.Replace("{0}", Path.Combine(_folder, "a"), StringComparison.Ordinal).Replace("{1}", Path.Combine(_folder, "b"), StringComparison.Ordinal)}</configuration>""",
                Cancel);
        }

        var (code, told) = await RestoreAsync(checkout);
        Assert.True(code == 0, $"{machine}: {told}");
        var metadata = Assert.Single(Directory.EnumerateFiles(Path.Combine(_folder, "packages", Package), ".nupkg.metadata", SearchOption.AllDirectories));
        using var restored = JsonDocument.Parse(await File.ReadAllBytesAsync(metadata, Cancel));
        Assert.Equal(Path.Combine(_folder, comesFrom), restored.RootElement.GetProperty("source").GetString());
    }

    private async Task<(int Code, string Told)> RestoreAsync(string checkout)
    {
        var start = new ProcessStartInfo("dotnet", ["restore", "-p:NuGetAudit=false"])
        {
            WorkingDirectory = checkout,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["HOME"] = start.Environment["APPDATA"] = start.Environment["DOTNET_CLI_HOME"] = Path.Combine(_folder, "home");
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "packages");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output + await errors);
    }
}

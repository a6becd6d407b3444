using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MedQA.Cli.Tests.Licences;

/// <summary>THIRD-PARTY-NOTICES.md names the licence of everything that is shipped or installed and is not this project's own.</summary>
public sealed partial class ThirdPartyNoticeTests
{
    private const string Begin = "<!-- made by a test from here on -->";

    /// <summary>Licences under which a part may be passed on as it is done here: its notice is kept, and that is all.</summary>
    private static readonly HashSet<string> Permissive = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "BlueOak-1.0.0", "Unicode-3.0", "public domain"];

    /// <summary>What packages without the name of a licence have, and where that stands.</summary>
    private static readonly Dictionary<string, string> LookedUp = new(StringComparer.Ordinal)
    {
        // The address in its nuspec shows the MIT licence.
        ["K4os.Compression.LZ4"] = "MIT",

        // Of .NET Core 2.1, whose LICENSE.TXT the nuspec points to.
        ["System.Security.Cryptography.ProtectedData"] = "MIT",

        // Its README says so.
        ["uri-templates"] = "public domain",
    };

    private static readonly string Notice = Repository.PathOf("THIRD-PARTY-NOTICES.md");

    [Fact]
    public void The_notice_names_every_package_of_the_published_tool_and_of_the_emulator_with_its_licence()
    {
        var text = File.ReadAllText(Notice);
        var made = text[..(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + "\n\n" + Made();
        if (Environment.GetEnvironmentVariable("MEDQA_WRITE_NOTICE") == "1")
        {
            File.WriteAllText(Notice, made);
        }

        Assert.True(made == File.ReadAllText(Notice), "THIRD-PARTY-NOTICES.md is not up to date. Run this test with MEDQA_WRITE_NOTICE=1 to write it.");
    }

    [Fact]
    public void Every_licence_is_one_that_lets_the_part_be_passed_on()
    {
        Assert.All(Packages(), static package => Assert.True(Permissive.Contains(package.Licence), $"{package.Name} {package.Version}: {package.Licence}"));
        Assert.All(Modules(), static module => Assert.True(Permissive.Contains(module.Licence), $"{module.Name} {module.Version}: {module.Licence}"));
    }

    [Fact]
    public void Files_from_others_that_lie_in_the_repository_are_named_and_the_notice_goes_out_with_the_tool()
    {
        var text = File.ReadAllText(Notice);
        Assert.All((string[])["models/smollm2-135m-instruct", "samples/medqa.csv", "src/MedQA.Inference/Tokenization/canonical-forms.txt"], path =>
        {
            Assert.True(Path.Exists(Repository.PathOf(path)), path);
            Assert.Contains($"| `{path}` |", text, StringComparison.Ordinal);
        });
        Assert.All(Links().Matches(text).Select(static link => link.Groups["path"].Value), static path => Assert.True(File.Exists(Repository.PathOf(path)), path));
        var project = File.ReadAllText(Repository.PathOf("src", "MedQA.Cli", "MedQA.Cli.csproj"));
        Assert.All((string[])["THIRD-PARTY-NOTICES.md", "LICENSE"], name => Assert.Contains($"<Content Include=\"../../{name}\" Link=\"{name}\" CopyToOutputDirectory=\"Never\" CopyToPublishDirectory=\"PreserveNewest\" />", project, StringComparison.Ordinal));
    }

    private static string Made()
    {
        var text = new StringBuilder("## Packages of the published tool\n\nEach is named with what its package says of its licence and of its author's rights.\n\n| package | version | licence | rights |\n| --- | --- | --- | --- |\n");
        foreach (var package in Packages())
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {package.Name} | {package.Version} | {package.Licence} | {package.Rights} |\n");
        }

        text.Append("\n## Azurite and its dependencies\n\nNot shipped: npm installs them from their publisher's packages on the machine of whoever uses the emulator.\n");
        foreach (var licence in Modules().GroupBy(static module => module.Licence).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n**{licence.Key}**: {string.Join(", ", licence.Select(static module => $"{module.Name} {module.Version}"))}\n");
        }

        return text.ToString();
    }

    /// <summary>The packages that the lock file of the tool pins and that bring something into its folder.</summary>
    private static List<Part> Packages()
    {
        using var locked = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("src", "MedQA.Cli", "packages.lock.json")));
        return
        [
            .. from framework in locked.RootElement.GetProperty("dependencies").EnumerateObject()
               from package in framework.Value.EnumerateObject()
               where package.Value.GetProperty("type").GetString() != "Project"
               let version = package.Value.GetProperty("resolved").GetString()!
               let folder = Path.Combine(PackageFolder(), package.Name.ToLowerInvariant(), version)
               where Directory.Exists(Path.Combine(folder, "lib")) || Directory.Exists(Path.Combine(folder, "runtimes"))
               orderby package.Name.ToUpperInvariant()
               select PartOf(package.Name, version, folder),
        ];
    }

    private static Part PartOf(string name, string version, string folder)
    {
        var metadata = XDocument.Load(Path.Combine(folder, $"{name.ToLowerInvariant()}.nuspec")).Root!.Elements().First(static element => element.Name.LocalName == "metadata");
        string? Value(string element) => metadata.Elements().FirstOrDefault(found => found.Name.LocalName == element)?.Value.Trim();
        var licence = metadata.Elements().FirstOrDefault(static element => element.Name.LocalName == "license");
        var named = licence?.Attribute("type")?.Value switch
        {
            "expression" => licence.Value,
            "file" => Recognized(File.ReadAllText(Path.Combine(folder, licence.Value.Replace('\\', '/')))),
            _ => LookedUp.GetValueOrDefault(name),
        };
        return new Part(name, version, named ?? "unknown", (Value("copyright") is { Length: > 0 } rights ? rights : $"© {Value("authors")}").Replace("|", "/", StringComparison.Ordinal));
    }

    /// <summary>The licence that a text is.</summary>
    private static string? Recognized(string text) =>
        text.Contains("Apache License", StringComparison.Ordinal) && text.Contains("Version 2.0", StringComparison.Ordinal) ? "Apache-2.0"
        : text.Contains("Permission is hereby granted, free of charge", StringComparison.Ordinal) ? "MIT"
        : null;

    private static List<Part> Modules()
    {
        using var locked = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("src", "MedQA.Azurite", "package", "package-lock.json")));
        return
        [
            .. from module in locked.RootElement.GetProperty("packages").EnumerateObject()
               where module.Name.Length > 0
               let name = module.Name[(module.Name.LastIndexOf("node_modules/", StringComparison.Ordinal) + "node_modules/".Length)..]
               let licence = LookedUp.GetValueOrDefault(name) ?? module.Value.GetProperty("license").GetString()!
               orderby name, module.Name
               select new Part(name, module.Value.GetProperty("version").GetString()!, licence, ""),
        ];
    }

    private static string PackageFolder() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [GeneratedRegex(@"\]\((?<path>[^):]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Links();

    /// <summary>A part that others have made.</summary>
    private sealed record Part(string Name, string Version, string Licence, string Rights);
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Compilation;

/// <summary>The templates compile, and nothing in them is unused.</summary>
public sealed partial class CompilationTests
{
    private static readonly string[] Roots = ["main.bicep", "upload-webhook.bicep"];

    private static readonly string Hooks = string.Concat(Directory.EnumerateFiles(Repository.PathOf("infra", "hooks")).Select(File.ReadAllText));

    private static readonly Lazy<Task<JsonDocument>> Main = new(static async () => JsonDocument.Parse((await BicepCompiler.BuildAsync("main.bicep")).Output));

    [Theory]
    [InlineData("main.bicep")]
    [InlineData("upload-webhook.bicep")]
    public async Task A_template_compiles_without_a_warning(string file)
    {
        var result = await BicepCompiler.BuildAsync(file);
        Assert.Equal("", result.Diagnostics.Trim());
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void Every_file_is_part_of_a_template()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in Roots)
        {
            Follow(Repository.PathOf("infra", root), reached);
        }

        var files = Directory.EnumerateFiles(Repository.PathOf("infra"), "*.bicep", SearchOption.AllDirectories).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(files.Order(StringComparer.Ordinal), reached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_output_of_a_module_is_read_where_the_module_is_used_or_by_a_hook()
    {
        // A module that is used twice is one module: its outputs need one reader.
        var outputs = OutputsOf((await Main.Value).RootElement).ToLookup(static output => (output.Module, output.Name), static output => output.IsRead);
        Assert.True(outputs.Count >= 20, $"{outputs.Count} outputs found");
        Assert.Empty(outputs.Where(static output => !output.Any(static isRead => isRead) && !Hooks.Contains($"properties.outputs.{output.Key.Name}.value", StringComparison.Ordinal)).Select(static output => output.Key.Name));
    }

    [Fact]
    public async Task Every_output_of_the_deployment_is_used_by_a_hook_or_told_to_people()
    {
        var main = (await Main.Value).RootElement;
        var readers = Hooks + await File.ReadAllTextAsync(Repository.PathOf("docs", "deploy.md"), TestContext.Current.CancellationToken);
        Assert.All(main.GetProperty("outputs").EnumerateObject(), output => Assert.Contains(output.Name, readers, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_is_listed_and_no_output_is_a_secret()
    {
        var main = (await Main.Value).RootElement;
        var text = main.GetRawText();
        Assert.DoesNotContain("listKeys", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("listCredentials", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AccountKey=", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("azureFile", text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Outputs of the modules of a template, at every depth, and whether the template reads them.</summary>
    private static IEnumerable<(string Module, string Name, bool IsRead)> OutputsOf(JsonElement template)
    {
        var text = template.GetRawText();
        foreach (var (symbol, module) in ModulesOf(template))
        {
            var id = module.GetProperty("metadata").GetProperty("_generator").GetProperty("templateHash").GetString()!;
            foreach (var output in module.TryGetProperty("outputs", out var made) ? made.EnumerateObject().Select(static output => output.Name) : [])
            {
                yield return (id, output, Regex.IsMatch(text, $@"'{symbol}'\)(\.outputs\.{output}\b|, null\(\)\), 'outputs', '{output}')", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)));
            }

            foreach (var inner in OutputsOf(module))
            {
                yield return inner;
            }
        }
    }

    /// <summary>The modules of a template; templates without user-defined types list their resources without symbolic names, and have no modules here.</summary>
    private static IEnumerable<(string Name, JsonElement Template)> ModulesOf(JsonElement template)
    {
        var resources = template.GetProperty("resources");
        return from resource in resources.ValueKind == JsonValueKind.Object ? resources.EnumerateObject().Select(static named => (named.Name, named.Value)) : resources.EnumerateArray().Select(static (each, index) => ($"{index}", each))
               where resource.Item2.GetProperty("type").GetString() == "Microsoft.Resources/deployments"
               select (resource.Item1, resource.Item2.GetProperty("properties").GetProperty("template"));
    }

    private static void Follow(string file, HashSet<string> reached)
    {
        if (!reached.Add(file))
        {
            return;
        }

        foreach (Match reference in References().Matches(File.ReadAllText(file)))
        {
            Follow(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, reference.Groups["path"].Value)), reached);
        }
    }

    [GeneratedRegex(@"^(module \w+|import \{[^}]*\} from) '(?<path>[^']+\.bicep)'", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex References();
}

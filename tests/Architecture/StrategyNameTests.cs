using System.Text.RegularExpressions;
using Mono.Cecil;

namespace MedQA.Testing.Architecture;

/// <summary>A strategy is one folder: what others must know of it they ask of it, so that a new one changes nothing but the list.</summary>
public sealed partial class StrategyNameTests
{
    private static readonly string Strategies = Repository.PathOf("src", "MedQA.Evaluation", "Strategies");

    /// <summary>The strategies' names, each by its folder's name.</summary>
    private static readonly Dictionary<string, string> Names = Directory.GetFiles(Strategies, "*Strategy.cs", SearchOption.AllDirectories)
        .ToDictionary(static file => Path.GetFileName(Path.GetDirectoryName(file)!), static file => Name().Match(File.ReadAllText(file)).Groups[1].Value);

    [Fact]
    public void Each_strategy_has_the_name_of_its_folder() => Assert.All(
        Names, static strategy => Assert.Equal(Capital().Replace(strategy.Key, static letter => $"-{letter.Value}").TrimStart('-').ToLowerInvariant(), strategy.Value));

    [Fact]
    public void No_other_code_says_a_strategys_name()
    {
        using var module = ModuleDefinition.ReadModule(NamespaceTests.ProjectFile());
        Assert.NotEmpty(Names);
        Assert.Empty(module.GetTypes()
            .Where(static type => type.BaseType?.Name != "JsonSerializerContext" && !Names.ContainsKey(TypeUses.Outermost(type).Namespace.Split("MedQA.Evaluation.Strategies.")[^1]))
            .SelectMany(static type => Texts(type).Where(Names.ContainsValue).Select(text => $"{type.FullName} says \"{text}\"."))
            .Except(MethodsOfTheLiterature));
    }

    [Fact]
    public void No_script_says_a_strategys_name_but_for_the_profile_that_is_chosen_first()
    {
        var folder = Repository.PathOf("src", NamespaceTests.ProjectName());
        var lines = Directory.EnumerateFiles(folder, "*.js", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split('/', '\\')[0] is not ("bin" or "obj"))
            .SelectMany(static file => File.ReadLines(file).Select(line => $"{Path.GetFileName(file)}: {line}"));
        Assert.DoesNotContain(lines, static line => !line.StartsWith("start.js: const usual = ", StringComparison.Ordinal)
            && Names.Values.Any(name => line.Contains($"'{name}'", StringComparison.Ordinal) || line.Contains($"\"{name}\"", StringComparison.Ordinal)));
    }

    /// <summary>What published results were made with, in the words of their authors. (A context of JSON says names of properties.)</summary>
    private static IEnumerable<string> MethodsOfTheLiterature => ["MedQA.Evaluation.Reporting.PublishedResults says \"self-consistency\"."];

    /// <summary>The texts in a type's code and constants.</summary>
    private static IEnumerable<string> Texts(TypeDefinition type) =>
    [
        .. type.Fields.Select(static field => field.Constant).OfType<string>(),
        .. type.Methods.Where(static method => method.HasBody).SelectMany(static method => method.Body.Instructions).Select(static instruction => instruction.Operand).OfType<string>(),
    ];

    [GeneratedRegex("Name = \"([^\"]+)\"")]
    private static partial Regex Name();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}

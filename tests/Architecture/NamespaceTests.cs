using System.Reflection;
using Mono.Cecil;

namespace MedQA.Testing.Architecture;

/// <summary>Each folder of a project is a namespace, and what it needs stands below it: nobody has to understand two of them at once.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public void No_namespace_of_the_project_needs_one_that_needs_it()
    {
        using var module = ModuleDefinition.ReadModule(ProjectFile());
        var needs = NeedsOf(module);

        // Takes away what needs nothing that is left, until nothing is left: where that ends before, the rest is in cycles or above one.
        var left = needs.Keys.Select(static need => need.From).Concat(needs.Keys.Select(static need => need.To)).ToHashSet(StringComparer.Ordinal);
        while (left.FirstOrDefault(name => !needs.Keys.Any(need => need.From == name && left.Contains(need.To))) is { } lowest)
        {
            left.Remove(lowest);
        }

        // And what nothing that is left needs, which only stands above a cycle.
        while (left.FirstOrDefault(name => !needs.Keys.Any(need => need.To == name && left.Contains(need.From))) is { } highest)
        {
            left.Remove(highest);
        }

        Assert.Empty(needs.Where(need => left.Contains(need.Key.From) && left.Contains(need.Key.To)).SelectMany(static need => need.Value));
    }

    [Fact]
    public void Each_type_of_the_project_stands_in_the_namespace_of_its_folder()
    {
        var project = ProjectName();
        var folder = Repository.PathOf("src", project);
        var wrong = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: Path.GetRelativePath(folder, file), Lines: File.ReadLines(file)))
            .Where(static source => source.File.Split('/', '\\')[0] is not ("bin" or "obj"))
            .Select(static source => (source.File, Said: source.Lines.FirstOrDefault(static line => line.StartsWith("namespace ", StringComparison.Ordinal))))
            .Where(source => source.Said is { } said
                && said != $"namespace {string.Join('.', [project, .. source.File.Split('/', '\\').SkipLast(1)])};")
            .Select(static source => source.File);
        Assert.Empty(wrong);
    }

    /// <summary>The namespaces of a module that need each other, with the types that make them do so.</summary>
    private static Dictionary<(string From, string To), SortedSet<string>> NeedsOf(ModuleDefinition module)
    {
        var needs = new Dictionary<(string From, string To), SortedSet<string>>();
        foreach (var type in module.GetTypes())
        {
            var user = TypeUses.Outermost(type);
            foreach (var used in TypeUses.Of(type).Select(TypeUses.Outermost).Where(used => used.Scope == module))
            {
                if (used.Namespace != user.Namespace && used.Namespace.Length > 0 && user.Namespace.Length > 0)
                {
                    var key = (user.Namespace, used.Namespace);
                    needs.TryAdd(key, new SortedSet<string>(StringComparer.Ordinal));
                    needs[key].Add($"{user.FullName} -> {used.FullName}");
                }
            }
        }

        return needs;
    }

    /// <summary>The project that these tests are of.</summary>
    internal static string ProjectName() => typeof(NamespaceTests).Assembly.GetName().Name![..^".Tests".Length];

    /// <summary>Its assembly, which has the project's name or that of a command.</summary>
    internal static string ProjectFile()
    {
        var settings = File.ReadAllText(Repository.PathOf("src", ProjectName(), $"{ProjectName()}.csproj"));
        var named = settings.Split("<AssemblyName>") is [_, var rest, ..] ? rest.Split('<')[0] : ProjectName();
        return Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, $"{named}.dll");
    }
}

using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MedQA.Tests.Architecture;

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
            var user = Outermost(type);
            foreach (var used in Used(type).SelectMany(Parts).Select(Outermost).Where(used => used.Scope == module))
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

    private static IEnumerable<TypeReference?> Used(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(static one => one.InterfaceType),
        .. type.Fields.Select(static field => field.FieldType),
        .. type.CustomAttributes.SelectMany(static attribute => attribute.ConstructorArguments).Select(static argument => argument.Value as TypeReference),
        .. type.CustomAttributes.Select(static attribute => attribute.AttributeType),
        .. type.Methods.SelectMany(Used),
    ];

    private static IEnumerable<TypeReference?> Used(MethodDefinition method) => method.HasBody
        ? [.. Signature(method), .. method.Body.Variables.Select(static variable => variable.VariableType), .. method.Body.Instructions.SelectMany(Used)]
        : Signature(method);

    private static IEnumerable<TypeReference?> Used(Instruction instruction) => instruction.Operand switch
    {
        MethodReference method => Signature(method),
        FieldReference field => [field.DeclaringType, field.FieldType],
        TypeReference type => [type],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
    [
        method.DeclaringType,
        method.ReturnType,
        .. method.Parameters.Select(static parameter => parameter.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    /// <summary>What a type is made of: those of an array or a generic type, each by itself.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [.. generic.GenericArguments.SelectMany(Parts), .. Parts(generic.ElementType)],
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };

    internal static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
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

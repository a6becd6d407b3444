using System.Reflection;
using System.Text.RegularExpressions;
using Mono.Cecil;

namespace MedQA.Testing.Architecture;

/// <summary>What can go wrong has one base, which says what, where, what to do and whose fault it is: nobody lists kinds of exceptions.</summary>
public sealed partial class FaultTests
{
    private static readonly string[] Bases = ["MedQA.Evaluation.FaultException", "MedQA.Evaluation.InputException", "MedQA.Evaluation.UnusableException"];

    /// <summary>The exceptions that are no such faults, and why.</summary>
    private static readonly string[] Others =
    [
        // Caught where they are thrown, and told as a fault.
        "MedQA.Cli.Hub.CutConnectionException",
        "MedQA.Datasets.Sources.BoundedText+RecordTooLongException",
        "MedQA.Inference.ChatTemplates.TemplateException",
        "MedQA.Inference.Tokenization.PatternBudgetException",

        // What models throw: the first ends as the failure of a question, the second only delays it.
        "MedQA.Evaluation.LanguageModels.AnswerRefusedException",
        "MedQA.Evaluation.LanguageModels.ModelUnavailableException",

        // Its project refers to none of ours; it is an IOException.
        "MedQA.Files.PathException",

        // The package of the client is for others.
        "MedQA.Client.MedQAException",

        // The answer to a request.
        "MedQA.Web.Problems.ProblemException",

        // The storage's own refusal, which its callers know as one.
        "MedQA.Pipeline.Storage.StorageFullException",
    ];

    [Fact]
    public void Every_exception_of_the_project_is_a_fault_but_for_those_that_are_named_here()
    {
        var project = NamespaceTests.ProjectName();
        var exceptions = Assembly.LoadFrom(NamespaceTests.ProjectFile()).GetTypes().Where(static type => type.IsAssignableTo(typeof(Exception))).ToList();
        Assert.DoesNotContain(exceptions, static type => !IsFault(type) && !Others.Contains(type.FullName));
        Assert.DoesNotContain(Others, name => name.StartsWith($"{project}.", StringComparison.Ordinal) && exceptions.TrueForAll(type => type.FullName != name));
    }

    [Fact]
    public void No_method_of_the_project_tells_several_kinds_of_faults_apart_and_none_that_makes_exit_codes_or_problems_tells_any()
    {
        using var module = ModuleDefinition.ReadModule(NamespaceTests.ProjectFile());
        var wrong =
            from type in module.GetTypes()
            from method in type.Methods
            where method.HasBody
            let kinds = Asked(method).Distinct().ToList()
            where kinds.Count > (method.Name is "CodeOf" or "ProblemOf" ? 0 : 1)
            select $"{method.FullName} asks for {string.Join(", ", kinds)}";
        Assert.Equal("", string.Join('\n', wrong));
    }

    [Fact]
    public void A_sentence_about_an_option_or_a_variable_names_it_as_its_place() => Assert.Empty(
        from file in Directory.EnumerateFiles(Repository.PathOf("src", NamespaceTests.ProjectName()), "*.cs", SearchOption.AllDirectories)
        where !file.Split('/', '\\').Any(static part => part is "bin" or "obj")
        from Match made in Unplaced.Matches(File.ReadAllText(file))
        select $"{file}: {made.Value}");

    private static bool IsFault(Type? type) => type is not null && (type.FullName == Bases[0] || IsFault(type.BaseType));

    /// <summary>The exceptions of the product, other than the bases and those that are no faults, that a method asks for or catches.</summary>
    private static IEnumerable<string> Asked(MethodDefinition method) => method.Body.ExceptionHandlers.Select(static handler => handler.CatchType)
        .Concat(method.Body.Instructions.Where(static step => step.OpCode.Code == Mono.Cecil.Cil.Code.Isinst).Select(static step => step.Operand as TypeReference))
        .Select(static type => type?.FullName.Replace('/', '+') ?? "")
        .Where(static name => name.StartsWith("MedQA.", StringComparison.Ordinal) && name.EndsWith("Exception", StringComparison.Ordinal)
            && !Bases.Contains(name) && !Others.Contains(name));

    [GeneratedRegex("""new InputException\(\s*\$?"(?:--|[A-Z]+_[A-Z]+ )""")]
    private static partial Regex Unplaced { get; }
}

using Mono.Cecil;

namespace MedQA.Testing.Architecture;

/// <summary>Azure's storage has one door: whoever is behind it is told what a refusal means, and asks for no status code.</summary>
public sealed class StorageBoundaryTests
{
    /// <summary>Where Azure's types may stand, each a namespace or a type, and why.</summary>
    private static readonly string[] Doors =
    [
        // What translates them.
        "MedQA.Pipeline.Storage",

        // What the apps' triggers, identity and telemetry are made of.
        "MedQA.Functions.Hosting",
        "MedQA.Functions.Uploading.UploadFunctions",
        "MedQA.Functions.DirectFunctionExecutor",

        // Tokens for models behind endpoints, and what tests give instead.
        "MedQA.Endpoints.Credentials",
        "MedQA.Endpoints.EndpointModel",
        "MedQA.Endpoints.EndpointOptions",

        // Options of the clients: the first call to an account is tried less often, and calls to an emulator that has ended end.
        "MedQA.Cli.Hosting.LocalStorage",
        "MedQA.Cli.Hosting.EndedStoragePolicy",
    ];

    [Fact]
    public void No_type_of_the_project_names_a_type_of_Azure_but_behind_the_door()
    {
        using var module = ModuleDefinition.ReadModule(NamespaceTests.ProjectFile());
        var wrong =
            from type in module.GetTypes()
            let user = TypeUses.Outermost(type)
            where !Doors.Contains(user.Namespace) && !Doors.Contains(user.FullName)
            from used in TypeUses.Of(type)
            where used.Namespace == "Azure" || used.Namespace.StartsWith("Azure.", StringComparison.Ordinal)
            select $"{user.FullName} -> {used.FullName}";
        Assert.Equal("", string.Join('\n', wrong.Distinct()));
    }
}

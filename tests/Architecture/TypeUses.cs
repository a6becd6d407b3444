using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MedQA.Testing.Architecture;

/// <summary>Which types a type needs: by its base, its members, and what the bodies of its methods name.</summary>
internal static class TypeUses
{
    /// <summary>Every type that a type needs, those of arrays and generic types each by itself.</summary>
    public static IEnumerable<TypeReference> Of(TypeDefinition type) => Used(type).SelectMany(Parts);

    /// <summary>The type that a type is nested in, or itself.</summary>
    public static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
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
        ?
        [
            .. Signature(method),
            .. method.Body.Variables.Select(static variable => variable.VariableType),
            .. method.Body.ExceptionHandlers.Select(static handler => handler.CatchType),
            .. method.Body.Instructions.SelectMany(Used),
        ]
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
}

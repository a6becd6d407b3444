using System.Diagnostics;

namespace MedQA.Infrastructure.Tests.Images;

/// <summary>
/// What the images are built of: all that the apps' projects read, nothing that git ignores, and one list for the build and for the hash
/// that decides whether to build.
/// </summary>
public sealed class ImageSourceTests
{
    public static TheoryData<string, string> Apps { get; } = new()
    {
        { "control.Dockerfile", "src/MedQA.Functions/MedQA.Functions.csproj" },
        { "inference.Dockerfile", "src/MedQA.Functions.Inference/MedQA.Functions.Inference.csproj" },
    };

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task An_image_has_every_file_that_its_app_and_what_it_refers_to_embed_include_or_import(string dockerfile, string project)
    {
        var files = await ProjectEvaluation.FilesAsync(project);

        // What has been forgotten once: a folder beside src whose files a project three references away embeds.
        Assert.Contains("rubrics/lay-2.json", files);
        Assert.Contains("exemplars/medqa.json", files);
        Assert.Contains("src/MedQA.Functions/Hosting/Functions.props", files);
        Assert.Contains("Directory.Packages.props", files);
        var context = new BuildContext(dockerfile);
        Assert.Empty(files.Where(file => !context.Has(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_that_git_ignores_comes_into_an_image()
    {
        var kept = File.ReadAllLines(Repository.PathOf(".dockerignore"));
        Assert.All(File.ReadAllLines(Repository.PathOf(".gitignore")).Where(static line => line.Length > 0 && line[0] != '#'), line =>
            Assert.Contains($"**/{line.TrimEnd('/')}", kept));
        var context = new BuildContext("control.Dockerfile");
        Assert.False(context.Has("src/MedQA.Functions/local.settings.json"));
        Assert.False(context.Has("src/MedQA.Functions/obj/project.assets.json"));
        Assert.False(context.Has("docs/deploy.md"));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task The_hash_that_decides_whether_an_image_is_built_is_over_the_same_files(string dockerfile, string project)
    {
        Assert.EndsWith(".csproj", project, StringComparison.Ordinal);
        var (code, listed, _) = await ListAsync(dockerfile);
        Assert.Equal(0, code);
        Assert.Equal(new BuildContext(dockerfile).Files(), listed.TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("./models/smollm2-135m-instruct")]
    [InlineData("models//smollm2-135m-instruct/")]
    [InlineData("models/../models/smollm2-135m-instruct")]
    public async Task The_hash_is_over_the_model_however_its_folder_is_written(string model)
    {
        var (_, usual, _) = await ListAsync("inference.Dockerfile");
        var (code, listed, _) = await ListAsync("inference.Dockerfile", $"MODEL={model}");
        Assert.Equal(0, code);
        Assert.Contains("models/smollm2-135m-instruct/model.onnx\n", listed, StringComparison.Ordinal);
        Assert.Equal(usual, listed);
    }

    [Theory]
    [InlineData("/usr", "not below this folder")]
    [InlineData("../shared", "not below this folder")]
    [InlineData("docs", ".dockerignore leaves nothing of it")]
    [InlineData("local.settings.sample.json", "which is a link")]
    [InlineData("models/none", "which is not here")]
    public async Task A_model_that_could_not_come_into_the_image_is_refused(string model, string expected)
    {
        var (code, _, told) = await ListAsync("inference.Dockerfile", $"MODEL={model}");
        Assert.Equal(1, code);
        Assert.Contains(expected, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_inference_app_is_published_with_the_flavour_for_GPUs_and_built_with_the_one_for_processors()
    {
        const string Project = "src/MedQA.Functions.Inference/MedQA.Functions.Inference.csproj";
        var dockerfile = await File.ReadAllTextAsync(Repository.PathOf("infra", "docker", "inference.Dockerfile"),
            TestContext.Current.CancellationToken);
        var command = dockerfile.Split('\n').Single(static line =>
            line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal))["RUN dotnet ".Length..];
        Assert.StartsWith($"publish {Project} ", command, StringComparison.Ordinal);
        Assert.Equal("Microsoft.ML.OnnxRuntime.Gpu", await EvaluatedAsync(command));
        Assert.Equal("Microsoft.ML.OnnxRuntime", await EvaluatedAsync($"build {Project} -c Release"));
        Assert.Equal(["Microsoft.ML.OnnxRuntime"], await FlavoursAsync());

        // What the command line sets for `dotnet publish`, also while it restores.
        Assert.Equal(["Microsoft.ML.OnnxRuntime.Gpu"], await FlavoursAsync("-p:_IsPublishing=true"));

        static async Task<string[]> FlavoursAsync(params string[] arguments) =>
            [.. (await ProjectEvaluation.ItemsAsync(Project, ["PackageReference"], arguments))["PackageReference"].Where(static package =>
                package.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)
                && !package.EndsWith(".Managed", StringComparison.Ordinal))];
    }

    /// <summary>The files that the hash of an image is over.</summary>
    private static async Task<(int Code, string Listed, string Told)> ListAsync(string dockerfile, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", ["infra/hooks/image-sources.mjs", "--list", $"infra/docker/{dockerfile}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Repository.PathOf(),
        };
        using var process = Process.Start(start)!;
        var told = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var listed = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, listed, await told);
    }

    /// <summary>
    /// The flavour that a command of <c>dotnet</c> chooses. It fails before it builds anything, because its folder of intermediate files is
    /// empty, and prints what it has evaluated all the same.
    /// </summary>
    private static async Task<string> EvaluatedAsync(string command)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-publish").FullName;
        try
        {
            var start = new ProcessStartInfo("dotnet", [.. command.Replace("/app", folder, StringComparison.Ordinal).Split(' '),
                "--no-restore", "-getProperty:OnnxRuntimePackage", $"-p:BaseIntermediateOutputPath={folder}/obj/"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
                WorkingDirectory = Repository.PathOf(),
            };
            using var process = Process.Start(start)!;
            var told = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return told.Trim().Split('\n')[^1];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

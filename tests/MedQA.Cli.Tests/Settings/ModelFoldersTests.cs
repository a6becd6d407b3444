using MedQA.Cli.Settings;
using MedQA.Evaluation;

namespace MedQA.Cli.Tests.Settings;

public sealed class ModelFoldersTests
{
    [Fact]
    public void The_default_model_is_found_from_the_tool_upwards() =>
        Assert.Equal(Repository.PathOf("models", "smollm2-135m-instruct"), ModelFolders.Find(null, Repository.PathOf("src", "MedQA.Cli", "bin")));

    [Fact]
    public void A_model_is_found_by_name_and_by_path()
    {
        Assert.Equal(Repository.PathOf("models", "reasoner"), ModelFolders.Find("reasoner", Repository.PathOf("src")));
        Assert.Equal(Repository.PathOf("models", "tiny", "llama-packed"), ModelFolders.Find(Repository.PathOf("models", "tiny", "llama-packed"), Path.GetTempPath()));
    }

    [Fact]
    public void What_is_not_there_is_said()
    {
        Assert.StartsWith("--model is 'gone', but there is no such folder", Assert.Throws<InputException>(() => ModelFolders.Find("gone", Repository.Root)).Message, StringComparison.Ordinal);
        Assert.StartsWith("--model is missing", Assert.Throws<InputException>(() => ModelFolders.Find(null, Path.GetPathRoot(Path.GetTempPath())!)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => ModelFolders.Find("../models/reasoner/none", Repository.Root));
    }

    [Fact]
    public void All_models_of_the_repository_are_listed()
    {
        var folders = ModelFolders.All(Repository.PathOf("src")).ToArray();
        Assert.Contains(Repository.PathOf("models", "smollm2-135m-instruct"), folders);
        Assert.Contains(Repository.PathOf("models", "tiny", "gpt2-optimum"), folders);
    }
}
